{#- How text becomes a value. Each is tested by the unit tests of the model that reads with it. -#}

{#- A text without the marks that nobody sees, with one ordinary space for any run of spaces. -#}
{% macro visible_text(written) -%}
    {%- set marks -%}
        [\x{00ad}\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}-\x{2064}\x{feff}]
    {%- endset %}
    trim(
        {{ matches_replaced(
            matches_replaced(written, marks, ''),
            '[ \\t\\n\\f\\r\\x{00a0}\\x{2007}\\x{202f}]+',
            ' '
        ) }}
    )
{%- endmacro %}

{#- The number of a month by its English name or the first letters of it, in lower case. -#}
{% macro month_number(name) -%}
    {%- set months = 'jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?'
        ~ '|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?|dec(ember)?' %}
    case
        when {{ is_of_pattern(name, months) }}
            then {{ whole_quotient(
                "(instr('janfebmaraprmayjunjulaugsepoctnovdec', left(" ~ name ~ ", 3)) + 2)", 3
            ) }}
    end
{%- endmacro %}

{#- A date from texts of its parts; two-digit years mean 20YY. Null where there is no such day. -#}
{% macro date_of_parts(year, month, day) -%}
    try_cast(
        if(length({{ year }}) = 2, '20', '') || {{ year }}
        || '-' || lpad(cast({{ month }} as string), 2, '0')
        || '-' || lpad({{ day }}, 2, '0') as date
    )
{%- endmacro %}

{#- A date before the first day that is taken is absent for every rule but its own. -#}
{% macro usable_date(day_read, earliest_date) -%}
    case when {{ day_read }} >= {{ earliest_date }} then {{ day_read }} end
{%- endmacro %}

{#- A plain number, with or without commas between its thousands. -#}
{% macro read_number(written) -%}
    case
        when {{ is_of_pattern('trim(' ~ written ~ ')', '[+-]?\\d{1,3}(,\\d{3})+(\\.\\d+)?') }}
            then cast(replace(trim({{ written }}), ',', '') as double)
        when {{ is_of_pattern(
            'trim(' ~ written ~ ')', '[+-]?\\d+(\\.\\d+)?([eE][+-]?\\d{1,2})?'
        ) }}
            then try_cast(trim({{ written }}) as double)
    end
{%- endmacro %}

{#- A financial year in its one spelling, 2018-19: 2018/19 and 2018-2019 are read as well. -#}
{% macro read_financial_year(written) -%}
    case
        when
            {{ is_of_pattern('trim(' ~ written ~ ')', '20\\d\\d\\s*[-/–]\\s*(20)?\\d\\d') }}
            and try_cast({{ matched_part(written, '(\\d+)\\D*\\z', 1) }} as integer)
            in (
                try_cast(left(trim({{ written }}), 4) as integer) + 1,
                (try_cast(left(trim({{ written }}), 4) as integer) + 1) % 100
            )
            then left(trim({{ written }}), 4) || '-' || right(trim({{ written }}), 2)
    end
{%- endmacro %}

{#- A quarter of a financial year in its one spelling, 2018-19 Q3, with the Q before or after. -#}
{% macro read_financial_quarter(written) -%}
    {%- set without_quarter = matches_replaced(
        'trim(' ~ written ~ ')', '(?i)^(.*?)[\\s,]*q\\s?[1-4][\\s,]*', '\\1'
    ) -%}
    case
        when {{ is_of_pattern(
            'trim(' ~ written ~ ')', '(?i)(q\\s?[1-4]\\D.*)|(.*\\d\\D*q\\s?[1-4])'
        ) }}
            then {{ read_financial_year(without_quarter) }}
                || ' Q' || {{ matched_part(written, '(?i)q\\s?([1-4])', 1) }}
    end
{%- endmacro %}

{#- A period that a report can be of, in its one spelling: 2018-19 Q2, 2018-19 H1 or 2018-19. -#}
{% macro read_reported_period(written) -%}
    {%- set without_half = matches_replaced(
        'trim(' ~ written ~ ')', '(?i)^(.*?)[\\s,]*h\\s?[12][\\s,]*', '\\1'
    ) -%}
    coalesce(
        {{ read_financial_quarter(written) }},
        case
            when {{ is_of_pattern(
                'trim(' ~ written ~ ')', '(?i)(h\\s?[12]\\D.*)|(.*\\d\\D*h\\s?[12])'
            ) }}
                then {{ read_financial_year(without_half) }}
                    || ' H' || {{ matched_part(written, '(?i)h\\s?([12])', 1) }}
        end,
        {{ read_financial_year(written) }}
    )
{%- endmacro %}

{#-
    How a delivery writes its dates, as a small number: the order of day and month, and 4 more where a time
    without an offset is of UTC. What was written by a pattern was brought into ISO form on reading; of other
    dates in figures (3) nobody said what comes first.
-#}
{% macro reading(dates, zone) -%}
    case
        when {{ dates }} = 'month-first' then 1
        when {{ dates }} = 'year-first' then 2
        when contains({{ dates }}, '%') then 3
        else 0
    end
    + case when {{ zone }} = 'UTC' then 4 else 0 end
{%- endmacro %}

{#- The columns of the layout that hold dates. -#}
{% macro date_columns() -%}
    {{ return([
        'received_date', 'clock_start_date', 'acknowledged_date', 'panel_date', 'target_date', 'responded_date',
        'last_updated'
    ] + milestone_columns()) }}
{%- endmacro %}

{#-
    Each distinct value of some columns of a relation, with the name of its column and what is counted of
    its rows: the relation is passed over once. Of a grouping set one column alone is not null.
-#}
{% macro distinct_values(relation, kept, columns, name, value, counts) -%}
    {%- set grouping_sets = [] %}
    {%- for column in columns %}
        {%- do grouping_sets.append('(' ~ (kept + [column]) | join(', ') ~ ')') %}
    {%- endfor %}
    select
        {% for each in kept %} {{ each }}, {% endfor %}
        case
            {% for column in columns %} when {{ column }} is not null then '{{ column }}' {% endfor %}
        end as {{ name }},
        coalesce({{ columns | join(', ') }}) as {{ value }},
        {{ counts | join(', ') }}
    from {{ relation }}
    group by grouping sets ({{ grouping_sets | join(', ') }})
{%- endmacro %}

{#- Those that hold days; last_updated holds a moment. -#}
{% macro day_columns() -%}
    {{ return(date_columns() | reject('equalto', 'last_updated') | list) }}
{%- endmacro %}

{#- The days on which something of a stage was done; its panel and acknowledgement are apart. -#}
{% macro milestone_columns() -%}
    {{ return([
        'extension_agreed_date', 'panel_findings_date', 'investigator_appointed_date',
        'independent_person_appointed_date', 'statement_agreed_date', 'investigation_report_date',
        'adjudication_date'
    ]) }}
{%- endmacro %}

{#- The columns of the layout whose texts stand for codes. -#}
{% macro coded_columns() -%}
    {{ return([
        'procedure', 'stage', 'outcome', 'extension_agreed', 'legal_basis', 'target_met', 'status', 'advocate'
    ]) }}
{%- endmacro %}

{#- The columns of the layout. -#}
{% macro layout_columns() -%}
    {{ return([
        'case_reference', 'procedure', 'stage', 'received_date', 'clock_start_date', 'acknowledged_date',
        'extension_agreed', 'panel_date', 'target_date', 'target_met', 'responded_date', 'outcome',
        'service_team', 'reasons', 'legal_basis', 'complainant_type', 'age_band', 'gender', 'ethnicity', 'disability',
        'sexual_orientation', 'advocate', 'status', 'learning', 'last_updated'
    ] + milestone_columns()) }}
{%- endmacro %}

{#- A share as it is said in a sentence. -#}
{% macro percent(share) -%}
    cast(round(100 * {{ share }}) as integer) || '%'
{%- endmacro %}

{#- Whether a text says that there is none: an error of a spreadsheet, a placeholder, or signs. -#}
{% macro is_placeholder(written) -%}
    {{ is_of_pattern(
        'lower(' ~ written ~ ')',
        '#[a-z0/]+[!?]|#?n/a|null|nil|none|tba|tbc|[(]blank[)]|[^\\pL\\pN]+'
    ) }}
{%- endmacro %}

{#- A text, if it says that there is something. -#}
{% macro recorded(written) -%}
    case when not {{ is_placeholder(written) }} then {{ written }} end
{%- endmacro %}

{#- The same of a characteristic, of which none is an answer: no disability. -#}
{% macro recorded_answer(written) -%}
    case
        when lower({{ written }}) in ('none', 'nil') or not {{ is_placeholder(written) }}
            then {{ written }}
    end
{%- endmacro %}

{#-
    A case reference that may be used: no placeholder, not a number that a spreadsheet wrote as
    1.01003E+11, and of the source's pattern where it has one. That of an anonymised case follows no
    pattern.
-#}
{% macro usable_reference(written, pattern) -%}
    case
        when
            not {{ is_of_pattern(written, '\\d([.,]\\d+)?[eE]\\+\\d+') }}
            and not {{ is_placeholder(written) }}
            and (
                coalesce({{ pattern }}, '') = ''
                or {{ is_of_pattern_in(written, pattern) }}
                or {{ written }} like 'anonymised-%'
            )
            then {{ written }}
    end
{%- endmacro %}

{#-
    A case reference without what makes two of them look alike: case, spaces, hyphens, quotation marks,
    leading zeros, an apostrophe or = before it, a trailing .0, invisible marks, letters of other
    alphabets, O for 0, I and l for 1.
-#}
{% macro reference_likeness(reference) -%}
    {%- set text -%} lower({{ visible_text(reference) }}) {%- endset -%}
    {#- DuckDB takes long to translate (1.5.5, 27 November 2026), and few references need it. -#}
    {%- set latin -%}
        case
            when {{ has_match(text, '[^\\x00-\\x7f]') }}
                then translate(
                    {{ text }}, 'аαвβсеεнηіιкκмμνоοрρѕтτуυхχζ', 'aabbceehhiikkmmnooppsttyyxxz'
                )
            else {{ text }}
        end
    {%- endset -%}
    {%- set of_one_alphabet -%}
        replace(replace(replace({{ latin }}, 'i', '1'), 'l', '1'), 'o', '0')
    {%- endset -%}
    {%- set without_ends = matches_replaced(
        of_one_alphabet, '^[\\x27’‘`=]|["“”]|\\.0+\\z', ''
    ) -%}
    {%- set without_zeros = matches_replaced(
        without_ends, '(^|[^0-9])0+([0-9])', '\\1\\2'
    ) -%}
    {{ matches_replaced(without_zeros, '[\\s‐‑‒–—-]', '') }}
{%- endmacro %}
