-- One of each property that can be changed by hand.
CREATE EXTENSION citext;
CREATE DOMAIN stars AS integer NOT NULL CHECK (VALUE BETWEEN 1 AND 5);
CREATE SEQUENCE tickets;
CREATE TABLE rooms (house bigint, room bigint, PRIMARY KEY (house, room));
CREATE TABLE seats (
    id bigint CONSTRAINT seats_pkey PRIMARY KEY, house bigint, room bigint, label text,
    CONSTRAINT seats_key UNIQUE (room, label),
    CONSTRAINT seats_check CHECK (room > 0),
    CONSTRAINT seats_room_fkey FOREIGN KEY (house, room) REFERENCES rooms
);
CREATE INDEX seats_label ON seats (label);
CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE TRIGGER seats_guard BEFORE UPDATE ON seats FOR EACH ROW EXECUTE FUNCTION guard();
CREATE VIEW front AS SELECT id, label FROM seats WHERE room = 1;
CREATE TRIGGER front_guard INSTEAD OF INSERT ON front FOR EACH ROW EXECUTE FUNCTION guard();
ALTER TABLE rooms ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON rooms USING (house = 1);
CREATE SCHEMA side;
CREATE TABLE side.notes (id bigint PRIMARY KEY, words text);
CREATE TABLE events (id bigint NOT NULL, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (1) TO (5);
GRANT SELECT ON seats TO PUBLIC;
