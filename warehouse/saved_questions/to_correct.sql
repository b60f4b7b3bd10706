-- Which records are to be corrected, by team and rule?
select service_team, rule_codes, count(*) as records, min(received_date) as oldest_received
from dq_quarantine
group by all
order by records desc, service_team, rule_codes
