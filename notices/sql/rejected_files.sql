-- Files rejected whole go to both: who mends the export, and who looks after the job.

insert into items by name
select
    audience.audience,
    'rejected_file' as kind,
    concat_ws('|', 'file', source, file_name, content_hash) as key,
    0 as position,
    null as title,
    null as remedy,
    file_name as sort,
    in_one_line(coalesce(message, file_name || ' was rejected.'), 400) as line
from rejected_files
cross join (values ('data_quality'), ('failures')) as audience (audience);
