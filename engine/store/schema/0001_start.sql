-- Every noun of engine/ledger. Moments are milliseconds since 1970 (0: unknown),
-- enumerations are the numbers of the Go constants, booleans are 0 or 1, and a
-- value is three columns: has, n, len. Native keys are text.

CREATE TABLE profiles (
  id   INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE accounts (
  id        INTEGER PRIMARY KEY,
  profile   INTEGER NOT NULL REFERENCES profiles (id),
  provider  TEXT    NOT NULL,
  name      TEXT    NOT NULL UNIQUE,
  address   TEXT    NOT NULL,
  server_id TEXT    NOT NULL,
  user_id   TEXT    NOT NULL,
  user_name TEXT    NOT NULL,
  server    TEXT    NOT NULL,
  left_out  TEXT    NOT NULL, -- JSON list
  options   TEXT    NOT NULL, -- JSON object
  features  INTEGER NOT NULL, -- bit per feature
  paused    INTEGER NOT NULL,
  removed   INTEGER NOT NULL,
  accepted  INTEGER NOT NULL,
  connected INTEGER NOT NULL
) STRICT;

CREATE TABLE routes (
  id             INTEGER PRIMARY KEY,
  profile        INTEGER NOT NULL REFERENCES profiles (id),
  source         INTEGER NOT NULL REFERENCES accounts (id),
  target         INTEGER NOT NULL REFERENCES accounts (id),
  feature        INTEGER NOT NULL,
  mode           INTEGER NOT NULL,
  removals       INTEGER NOT NULL,
  removals_since INTEGER NOT NULL,
  accepted       INTEGER NOT NULL,
  onward         INTEGER NOT NULL,
  unwatch        INTEGER NOT NULL,
  UNIQUE (source, target, feature),
  CHECK (source <> target)
) STRICT;

CREATE TABLE settings (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL -- JSON
) STRICT, WITHOUT ROWID;

-- Numbers that are never given twice, also after a join dropped a row.
CREATE TABLE counters (
  name TEXT PRIMARY KEY,
  next INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO counters VALUES ('work', 1), ('play', 1), ('statement', 1), ('decision', 1);

CREATE TABLE works (
  id      INTEGER PRIMARY KEY,
  kind    INTEGER NOT NULL,
  title   TEXT    NOT NULL,
  folded  TEXT    NOT NULL, -- as searched; '' when equal to the title
  year    INTEGER NOT NULL,
  runtime INTEGER NOT NULL,
  show    INTEGER NOT NULL,
  show_title TEXT NOT NULL, -- '' unless a season's or episode's show is no work
  season  INTEGER NOT NULL,
  number  INTEGER NOT NULL
) STRICT;
CREATE INDEX works_of_show ON works (show) WHERE show <> 0;

CREATE TABLE tokens (
  kind   INTEGER NOT NULL,
  ns     INTEGER NOT NULL,
  id     TEXT    NOT NULL,
  season INTEGER NOT NULL, -- -1: the work's own id
  number INTEGER NOT NULL, -- -1: own id or season
  work   INTEGER NOT NULL,
  PRIMARY KEY (kind, ns, id, season, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX tokens_of_work ON tokens (work);

CREATE TABLE links (
  account INTEGER NOT NULL,
  key     TEXT    NOT NULL,
  work    INTEGER NOT NULL,
  by      INTEGER NOT NULL,
  PRIMARY KEY (account, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX links_of_work ON links (work);

-- Digests of an account's items, by bucket, as they were last resolved: 64-bit
-- numbers, little end first.
CREATE TABLE item_digests (
  account INTEGER PRIMARY KEY,
  digests BLOB    NOT NULL
) STRICT;

CREATE TABLE unlinks (
  account INTEGER NOT NULL,
  key     TEXT    NOT NULL,
  work    INTEGER NOT NULL,
  PRIMARY KEY (account, key, work)
) STRICT, WITHOUT ROWID;

-- What identity lists for a person: conflicts, items without a work, proposals.
CREATE TABLE findings (
  account INTEGER NOT NULL,
  list    TEXT    NOT NULL,
  key     TEXT    NOT NULL,
  body    TEXT    NOT NULL, -- JSON
  PRIMARY KEY (account, list, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE plays (
  id        INTEGER PRIMARY KEY,
  work      INTEGER NOT NULL,
  at        INTEGER NOT NULL,
  tolerance INTEGER NOT NULL,
  date_only INTEGER NOT NULL
) STRICT;
CREATE INDEX plays_of_work ON plays (work);
CREATE INDEX plays_of_late ON plays (at);

CREATE TABLE shown (
  account    INTEGER NOT NULL,
  feature    INTEGER NOT NULL,
  key        TEXT    NOT NULL,
  play_key   TEXT    NOT NULL,
  work       INTEGER NOT NULL,
  play       INTEGER NOT NULL,
  state      INTEGER NOT NULL,
  has        INTEGER NOT NULL,
  n          INTEGER NOT NULL,
  len        INTEGER NOT NULL,
  at         INTEGER NOT NULL,
  count      INTEGER NOT NULL,
  since      INTEGER NOT NULL,
  first_look INTEGER NOT NULL,
  looks      INTEGER NOT NULL,
  ahead      INTEGER NOT NULL,
  PRIMARY KEY (account, feature, key, play_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX shown_of_work ON shown (work, state); -- state: the library asks for works that somebody shows
CREATE INDEX shown_looked_once ON shown (account, feature) WHERE looks > 0 AND state = 0;

CREATE TABLE statements (
  account    INTEGER NOT NULL,
  feature    INTEGER NOT NULL,
  work       INTEGER NOT NULL,
  play       INTEGER NOT NULL,
  cleared    INTEGER NOT NULL,
  has        INTEGER NOT NULL,
  n          INTEGER NOT NULL,
  len        INTEGER NOT NULL,
  at         INTEGER NOT NULL,
  seq        INTEGER NOT NULL,
  run        INTEGER NOT NULL,
  seen       INTEGER NOT NULL,
  first_look INTEGER NOT NULL,
  origin     INTEGER NOT NULL,
  origin_seq INTEGER NOT NULL,
  key        TEXT    NOT NULL,
  local      INTEGER NOT NULL,
  PRIMARY KEY (account, feature, work, play)
) STRICT, WITHOUT ROWID;
CREATE INDEX statements_of_work ON statements (work);

-- Statements that a newer one replaced, for the timeline and for undo.
CREATE TABLE statement_log (
  seq        INTEGER PRIMARY KEY,
  account    INTEGER NOT NULL,
  feature    INTEGER NOT NULL,
  work       INTEGER NOT NULL,
  play       INTEGER NOT NULL,
  cleared    INTEGER NOT NULL,
  has        INTEGER NOT NULL,
  n          INTEGER NOT NULL,
  len        INTEGER NOT NULL,
  at         INTEGER NOT NULL,
  run        INTEGER NOT NULL,
  seen       INTEGER NOT NULL,
  first_look INTEGER NOT NULL,
  origin     INTEGER NOT NULL,
  origin_seq INTEGER NOT NULL,
  key        TEXT    NOT NULL,
  local      INTEGER NOT NULL,
  gone       INTEGER NOT NULL, -- run that replaced it
  reversed   INTEGER NOT NULL  -- adopted, and the account itself said otherwise next
) STRICT;
CREATE INDEX statement_log_of_work ON statement_log (work);
CREATE INDEX statement_log_reversed ON statement_log (gone) WHERE reversed;

CREATE TABLE pending (
  op           TEXT PRIMARY KEY,
  account      INTEGER NOT NULL,
  feature      INTEGER NOT NULL,
  work         INTEGER NOT NULL,
  play         INTEGER NOT NULL,
  key          TEXT    NOT NULL,
  play_key     TEXT    NOT NULL,
  old_has      INTEGER NOT NULL,
  old_n        INTEGER NOT NULL,
  old_len      INTEGER NOT NULL,
  new_has      INTEGER NOT NULL,
  new_n        INTEGER NOT NULL,
  new_len      INTEGER NOT NULL,
  cause        INTEGER NOT NULL,
  cause_seq    INTEGER NOT NULL,
  says         TEXT    NOT NULL, -- JSON of the statement
  sent         INTEGER NOT NULL,
  run          INTEGER NOT NULL,
  tokens       TEXT    NOT NULL, -- digest of the ids it was sent with
  stamp        TEXT    NOT NULL,
  reads        INTEGER NOT NULL,
  state        INTEGER NOT NULL,
  until        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX pending_of_account ON pending (account, feature);
CREATE INDEX pending_of_work ON pending (work);

CREATE TABLE proofs (
  account    INTEGER NOT NULL,
  feature    INTEGER NOT NULL,
  key        TEXT    NOT NULL,
  play_key   TEXT    NOT NULL,
  work       INTEGER NOT NULL,
  play       INTEGER NOT NULL,
  has        INTEGER NOT NULL,
  n          INTEGER NOT NULL,
  len        INTEGER NOT NULL,
  at         INTEGER NOT NULL,
  first      INTEGER NOT NULL,
  last_shown INTEGER NOT NULL,
  looks      INTEGER NOT NULL,
  last_look  INTEGER NOT NULL,
  need       INTEGER NOT NULL,
  local      INTEGER NOT NULL,
  PRIMARY KEY (account, feature, key, play_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX proofs_of_work ON proofs (work);

CREATE TABLE quarantine (
  account   INTEGER NOT NULL,
  feature   INTEGER NOT NULL,
  work      INTEGER NOT NULL,
  play      INTEGER NOT NULL,
  has       INTEGER NOT NULL,
  n         INTEGER NOT NULL,
  len       INTEGER NOT NULL,
  cause     INTEGER NOT NULL,
  cause_seq INTEGER NOT NULL,
  failures  INTEGER NOT NULL,
  why       TEXT    NOT NULL,
  tokens    TEXT    NOT NULL,
  since     INTEGER NOT NULL,
  PRIMARY KEY (account, feature, work, play, has, n, len)
) STRICT, WITHOUT ROWID;
CREATE INDEX quarantine_of_work ON quarantine (work);

CREATE TABLE refusals (
  target    INTEGER NOT NULL,
  feature   INTEGER NOT NULL,
  work      INTEGER NOT NULL,
  play      INTEGER NOT NULL,
  cause     INTEGER NOT NULL,
  cause_seq INTEGER NOT NULL,
  why       TEXT    NOT NULL,
  PRIMARY KEY (target, feature, work, play, cause, cause_seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX refusals_of_work ON refusals (work);

CREATE TABLE pins (
  id          INTEGER PRIMARY KEY,
  profile     INTEGER NOT NULL REFERENCES profiles (id),
  account     INTEGER NOT NULL,
  work        INTEGER NOT NULL,
  feature     INTEGER NOT NULL,
  any_feature INTEGER NOT NULL,
  kind        INTEGER NOT NULL,
  UNIQUE (profile, account, work, feature, any_feature)
) STRICT;
CREATE INDEX pins_of_work ON pins (work);

-- Two tables, because a quiet run rewrites only the small one.
CREATE TABLE trust (
  account      INTEGER NOT NULL,
  feature      INTEGER NOT NULL,
  last_trusted INTEGER NOT NULL,
  earlier      TEXT    NOT NULL, -- JSON list of times, newest first
  run          INTEGER NOT NULL,
  reads        INTEGER NOT NULL,
  looked       INTEGER NOT NULL,
  first_run    INTEGER NOT NULL,
  count        INTEGER NOT NULL,
  stamp        TEXT    NOT NULL,
  stamp_at     INTEGER NOT NULL,
  stamp_moved  INTEGER NOT NULL,
  digest       TEXT    NOT NULL,
  items        TEXT    NOT NULL,
  cursor       TEXT    NOT NULL,
  scope        TEXT    NOT NULL,
  numbering    TEXT    NOT NULL,
  version      TEXT    NOT NULL,
  clock        INTEGER NOT NULL,
  last_full    INTEGER NOT NULL,
  last_tried   INTEGER NOT NULL,
  silent       TEXT    NOT NULL,
  evidence     TEXT    NOT NULL,
  suspect      TEXT    NOT NULL,
  approved     TEXT    NOT NULL,
  PRIMARY KEY (account, feature)
) STRICT, WITHOUT ROWID;

CREATE TABLE trust_past (
  account INTEGER NOT NULL,
  feature INTEGER NOT NULL,
  older   TEXT    NOT NULL, -- JSON list of digests, newest first
  lags    TEXT    NOT NULL, -- JSON list of milliseconds
  PRIMARY KEY (account, feature)
) STRICT, WITHOUT ROWID;

CREATE TABLE holds (
  id       INTEGER PRIMARY KEY,
  profile  INTEGER NOT NULL,
  guard    TEXT    NOT NULL,
  target   INTEGER NOT NULL,
  cause    INTEGER NOT NULL,
  feature  INTEGER NOT NULL,
  action   INTEGER NOT NULL,
  run      INTEGER NOT NULL,
  since    INTEGER NOT NULL,
  state    INTEGER NOT NULL,
  answer   TEXT    NOT NULL,
  evidence TEXT    NOT NULL,
  lost     INTEGER NOT NULL,
  known    INTEGER NOT NULL,
  digest   TEXT    NOT NULL,
  works    TEXT    NOT NULL  -- JSON list of frozen works
) STRICT;
CREATE INDEX holds_open ON holds (id) WHERE state = 1;

CREATE TABLE hold_ops (
  hold      INTEGER NOT NULL REFERENCES holds (id) ON DELETE CASCADE,
  place     INTEGER NOT NULL, -- order within the hold
  op        TEXT    NOT NULL,
  account   INTEGER NOT NULL,
  feature   INTEGER NOT NULL,
  work      INTEGER NOT NULL,
  play      INTEGER NOT NULL,
  cause     INTEGER NOT NULL,
  cause_seq INTEGER NOT NULL,
  body      TEXT    NOT NULL, -- JSON of the op
  PRIMARY KEY (hold, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX hold_ops_of_work ON hold_ops (work);

CREATE TABLE journal (
  id        INTEGER PRIMARY KEY,
  op        TEXT    NOT NULL UNIQUE,
  run       INTEGER NOT NULL,
  profile   INTEGER NOT NULL, -- whose account it was then
  account   INTEGER NOT NULL,
  feature   INTEGER NOT NULL,
  work      INTEGER NOT NULL,
  play      INTEGER NOT NULL,
  action    INTEGER NOT NULL,
  origin    INTEGER NOT NULL, -- account whose person said what caused it
  approved  INTEGER NOT NULL, -- by a person, or an undo
  state     INTEGER NOT NULL,
  outcome   INTEGER NOT NULL,
  error     TEXT    NOT NULL,
  intended  INTEGER NOT NULL,
  sent      INTEGER NOT NULL,
  ended     INTEGER NOT NULL,
  undone_by TEXT    NOT NULL,
  body      TEXT    NOT NULL -- JSON of the op
) STRICT;
CREATE INDEX journal_of_run ON journal (run);
CREATE INDEX journal_of_work ON journal (work);
CREATE INDEX journal_of_account ON journal (account, feature);
CREATE INDEX journal_unfinished ON journal (id) WHERE state IN (1, 2);
CREATE INDEX journal_removals ON journal (sent) WHERE action = 3 AND NOT approved;

CREATE TABLE runs (
  id      INTEGER PRIMARY KEY,
  began   INTEGER NOT NULL,
  ended   INTEGER NOT NULL, -- 0: under way, or the program died
  summary TEXT    NOT NULL  -- JSON
) STRICT;

CREATE TABLE unmet (
  account INTEGER NOT NULL,
  feature INTEGER NOT NULL,
  work    INTEGER NOT NULL,
  play    INTEGER NOT NULL,
  cleared INTEGER NOT NULL,
  has     INTEGER NOT NULL,
  n       INTEGER NOT NULL,
  len     INTEGER NOT NULL,
  code    TEXT    NOT NULL,
  until   INTEGER NOT NULL,
  why     TEXT    NOT NULL, -- JSON of the reason
  PRIMARY KEY (account, feature, work, play)
) STRICT, WITHOUT ROWID;
CREATE INDEX unmet_of_work ON unmet (work);
CREATE INDEX unmet_until ON unmet (until) WHERE until <> 0;

-- Works that something was found out about after a run had planned: the next one
-- plans them.
CREATE TABLE touched (
  profile INTEGER NOT NULL,
  work    INTEGER NOT NULL,
  PRIMARY KEY (profile, work)
) STRICT, WITHOUT ROWID;

CREATE TABLE waits (
  account  INTEGER PRIMARY KEY,
  until    INTEGER NOT NULL, -- 0: until a person acts
  failures INTEGER NOT NULL,
  why      TEXT    NOT NULL,
  since    INTEGER NOT NULL,
  detail   TEXT    NOT NULL
) STRICT;
