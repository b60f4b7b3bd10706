{#-
    Fails for every year of the calendar with fewer bank holidays than England has in any year. So a
    council that adds one proclaimed holiday of a year to come, and forgets the others, fails this.
-#}
{% test years_have_bank_holidays(model, column_name, at_least) %}
    select
        year({{ column_name }}) as calendar_year,
        count(*) as bank_holidays
    from {{ model }}
    group by calendar_year
    having count(*) < {{ at_least }}
{% endtest %}
