-- For what is removed by age: see retention.ts.
CREATE INDEX dead_letters_redriven ON dead_letters (failed_at) WHERE state = 'redriven';
CREATE INDEX jobs_ended ON jobs (finished_at) WHERE state <> 'running';
