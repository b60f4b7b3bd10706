-- What are the complaints about a team about?
-- $team: The team; all when not given.
select service_team, reason, count(*) as stages
from fct_complaint_stages
inner join fct_complaint_reasons using (stage_key)
where service_team = $team or $team is null
group by all
order by service_team, stages desc, reason
