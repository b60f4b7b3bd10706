{{ config(tags=['reference']) }}

with

bank_holidays as (

    select *
    from {{ ref('stg_bank_holidays') }}

),

final as (

    {{ calendar_days('bank_holidays') }}

)

select *
from final
