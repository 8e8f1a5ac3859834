-- Packet ids of messages without a timestamp of their own, kept by the transaction that
-- stored their readings: the broker may send them again. A few minutes of them.
-- The same columns stand in smartdairy_iot/data/store_schema.sql.

CREATE TABLE redelivery_marks (
    session varchar(200) NOT NULL,
    committed_at timestamptz NOT NULL DEFAULT now(),
    marks bytea NOT NULL
);
CREATE INDEX idx_redelivery_marks_session ON redelivery_marks (session, committed_at);
