-- How many working days do answers take?
select
    financial_year,
    procedure,
    stage,
    count(*) as answered,
    median(working_days_taken) as half_within,
    quantile_disc(working_days_taken, 0.9) as nine_in_ten_within,
    max(working_days_taken) as longest
from fct_complaint_stages
where responded_date is not null and not is_withdrawn
group by all
order by financial_year, procedure desc, stage
