-- Keep the figures that the marts just published have had since today.
delete from raw.figure_history
where as_of_day = (select as_of_day from raw.run);

insert into raw.figure_history by name
select history.* from marts.rpt_figure_history as history
inner join raw.run on history.as_of_day = run.as_of_day;
