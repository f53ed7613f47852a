-- The same results as somebody would keep them by hand, indexed for the questions that are asked of them. `raw` and `area` come
-- from the files that the exchange reads.
create table institution (
  id integer primary key,
  local_authority text not null references area,
  region text not null references area
);
create table result (
  period text not null,
  institution integer not null references institution,
  benchmark smallint not null,
  score smallint,
  primary key (period, institution, benchmark) include (score)
);
insert into institution
  select distinct institution_id::integer, local_authority, region from raw join home using (local_authority);
insert into result
  select period, institution_id::integer, benchmark, score
  from raw, lateral (values (1, b1), (2, b2), (3, b3), (4, b4), (5, b5), (6, b6), (7, b7), (8, b8)) as scores (benchmark, score)
  order by period, institution_id::integer, benchmark;
create index on institution (region) include (id);
create index on institution (local_authority) include (id);

-- What is aggregated with each request.
create view outcome as
  select region, local_authority, period, benchmark, score,
    (score is not null)::integer as assessed, (score = 100)::integer as achieved
  from result join institution on institution.id = result.institution;

-- The same answers worked out beforehand.
create table materialised as
  select coalesce(region, local_authority) as area, region is not null as is_region, period, benchmark,
    count(score)::integer as assessed, count(*) filter (where score = 100)::integer as achieved, avg(score)::float8 as mean
  from outcome
  group by grouping sets ((region, period, benchmark), (local_authority, period, benchmark));
alter table materialised add primary key (area, period, benchmark);
create index on materialised (period, is_region);
drop table raw, home;
vacuum analyze;
