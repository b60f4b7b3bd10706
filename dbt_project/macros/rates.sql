{#- Arithmetic on stored counts. Whole numbers go in, so that what is printed never depends on how
    a machine stores 27.5. -#}

{#- A share of a count, unrounded; null where there is nothing to divide by. -#}
{% macro rate(numerator, denominator) -%}
    {{ numerator }} / nullif({{ denominator }}, 0)
{%- endmacro %}

{#- How far a count grew or fell, as a share of its base, unrounded; null without one or at 0. -#}
{% macro relative_change(counted, base) -%}
    ({{ counted }} - {{ base }}) / nullif({{ base }}, 0)
{%- endmacro %}

{#- A fraction of two whole numbers, rounded to the nearest whole number, halves away from zero.
    The denominator is not negative; null where it is 0. -#}
{% macro rounded_fraction(numerator, denominator) -%}
    cast(
        sign({{ numerator }})
        * {{ whole_quotient(
            "(2 * abs(" ~ numerator ~ ") + " ~ denominator ~ ")",
            "nullif(2 * " ~ denominator ~ ", 0)"
        ) }}
        as bigint
    )
{%- endmacro %}

{#- A fraction of two whole numbers that are not negative, rounded up. -#}
{% macro rounded_up_fraction(numerator, denominator) -%}
    {{ whole_quotient("(" ~ numerator ~ " + " ~ denominator ~ " - 1)", denominator) }}
{%- endmacro %}

{#- Whether some whole number over `whole` rounds to the printed percentage. It does where a whole
    number lies between (2p - 1) / 200 and (2p + 1) / 200 of `whole`, the upper end left out. A share
    lies between 0 and 100; a change lies at -100 or above, and its counts may exceed their base. -#}
{% macro is_attainable_percentage(printed, whole, is_change) -%}
    (
        {{ whole }} > 0
        and case
            when {{ is_change }} then {{ printed }} >= -100 else {{ printed }} between 0 and 100
        end
        and (
            {{ printed }} = 0
            or {{ rounded_up_fraction("(2 * abs(" ~ printed ~ ") + 1) * " ~ whole, 200) }}
            > {{ rounded_up_fraction("(2 * abs(" ~ printed ~ ") - 1) * " ~ whole, 200) }}
        )
    )
{%- endmacro %}
