//! The tables of a store, and how older ones become what they are now.

/// Each step takes a store of the version that is its place to the next; what was written once is never changed.
pub(super) const MIGRATIONS: [&str; 2] = [
    // 1: calls, what they carry, and their hours.
    "
    CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
    CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE);
    INSERT INTO words VALUES (0, '');
    CREATE TABLE files (
        fingerprint INTEGER PRIMARY KEY, name TEXT, kind TEXT, bytes INTEGER, taken INTEGER, whole INTEGER,
        added INTEGER, known INTEGER, left_out INTEGER, error TEXT
    );
    CREATE TABLE calls (
        id INTEGER PRIMARY KEY, key INTEGER NOT NULL UNIQUE, started INTEGER NOT NULL, duration REAL,
        site INTEGER NOT NULL, trunk INTEGER NOT NULL, codec INTEGER NOT NULL, endpoint INTEGER NOT NULL,
        scale INTEGER NOT NULL, mos REAL, verdict INTEGER NOT NULL, issues INTEGER NOT NULL, loss REAL, jitter REAL,
        taken INTEGER NOT NULL
    );
    CREATE INDEX calls_started ON calls (started);
    CREATE INDEX calls_bad ON calls (started) WHERE verdict = 1 OR issues > 0;
    CREATE TABLE details (id INTEGER PRIMARY KEY, columns TEXT NOT NULL);
    CREATE TABLE hours (
        hour INTEGER, site INTEGER, trunk INTEGER, codec INTEGER, endpoint INTEGER, scale INTEGER,
        calls INTEGER, scored INTEGER, poor INTEGER, one_way INTEGER, not_set_up INTEGER, dropped INTEGER,
        minutes REAL, mos BLOB, loss BLOB, jitter BLOB,
        PRIMARY KEY (hour, site, trunk, codec, endpoint, scale)
    ) WITHOUT ROWID;
    CREATE TABLE totals (
        site INTEGER, trunk INTEGER, codec INTEGER, verdict TEXT, calls INTEGER,
        PRIMARY KEY (site, trunk, codec, verdict)
    ) WITHOUT ROWID;
    CREATE TABLE total_histograms (
        metric TEXT, scale INTEGER, bins BLOB, sum REAL, PRIMARY KEY (metric, scale)
    ) WITHOUT ROWID;
    CREATE TABLE failures (kind TEXT PRIMARY KEY, count INTEGER) WITHOUT ROWID;
    ",
    // 2: alerts.
    "
    CREATE TABLE alerts (
        rule TEXT, labels TEXT, state TEXT, since INTEGER, fired INTEGER, resolved INTEGER, value REAL, calls INTEGER,
        PRIMARY KEY (rule, labels)
    ) WITHOUT ROWID;
    CREATE TABLE alert_log (
        id INTEGER PRIMARY KEY, time INTEGER, rule TEXT, labels TEXT, state TEXT, value REAL, calls INTEGER
    );
    CREATE INDEX alert_log_time ON alert_log (time);
    CREATE TABLE deliveries (
        rule TEXT, labels TEXT, target TEXT, state TEXT, fired INTEGER, time INTEGER,
        PRIMARY KEY (rule, labels, target)
    ) WITHOUT ROWID;
    ",
];
