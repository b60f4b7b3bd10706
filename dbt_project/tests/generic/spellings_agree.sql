{#- Fails for every spelling that stands for two codes: case and punctuation make no difference. -#}
{% test spellings_agree(model) %}
    select
        field,
        {{ matched_form('written') }} as spelling
    from {{ model }}
    group by all
    having count(distinct value) > 1
{% endtest %}
