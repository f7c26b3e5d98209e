-- Keys and indexes with everything behind them.
CREATE EXTENSION btree_gist;
CREATE TABLE houses (town bigint, id bigint, CONSTRAINT houses_pkey PRIMARY KEY (town, id));
CREATE TABLE guests (
    id bigint PRIMARY KEY DEFERRABLE INITIALLY DEFERRED, town bigint, house bigint, nick text, room int,
    CONSTRAINT guests_nick UNIQUE NULLS NOT DISTINCT (nick),
    CONSTRAINT guests_room UNIQUE (room) INCLUDE (nick) WITH (fillfactor = 80),
    CONSTRAINT guests_full FOREIGN KEY (town, house) REFERENCES houses MATCH FULL ON UPDATE CASCADE,
    CONSTRAINT guests_some FOREIGN KEY (town, house) REFERENCES houses ON DELETE SET NULL (house),
    CONSTRAINT guests_local CHECK (room > 0) NO INHERIT
);
ALTER TABLE guests ADD CONSTRAINT guests_later CHECK (room < 1000) NOT VALID;
CREATE TABLE logins (id bigint PRIMARY KEY, login bigint NOT NULL);
CREATE UNIQUE INDEX logins_login ON logins (login);
CREATE TABLE visits (id bigserial PRIMARY KEY, login bigint REFERENCES logins (login)
    ON DELETE SET DEFAULT DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE bookings (id bigint PRIMARY KEY, house bigint, during tstzrange,
    EXCLUDE USING gist (house WITH =, during WITH &&) WHERE (house > 0));
CREATE UNIQUE INDEX logins_once ON logins (login) NULLS NOT DISTINCT WHERE id > 0;
CREATE INDEX guests_words ON guests (lower(nick) text_pattern_ops DESC NULLS LAST) INCLUDE (id);
CREATE INDEX guests_like ON guests (nick varchar_pattern_ops) WITH (fillfactor = 50);
CREATE INDEX guests_brin ON guests USING brin (id);
ALTER TABLE guests CLUSTER ON guests_room;
CREATE TABLE mirror (id bigint NOT NULL, other bigint NOT NULL);
CREATE UNIQUE INDEX mirror_id ON mirror (id);
ALTER TABLE mirror REPLICA IDENTITY USING INDEX mirror_id;
CREATE TABLE one (id bigint PRIMARY KEY, two bigint);
CREATE TABLE two (id bigint PRIMARY KEY, one bigint REFERENCES one (id));
ALTER TABLE one ADD FOREIGN KEY (two) REFERENCES two (id) ON DELETE RESTRICT;
CREATE STATISTICS guests_places (ndistinct, mcv) ON town, house FROM guests;
ALTER TABLE visits ADD CONSTRAINT visits_other FOREIGN KEY (id) REFERENCES logins (id) NOT VALID;
