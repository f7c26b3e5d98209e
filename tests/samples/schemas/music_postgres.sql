-- The shape of a well-known sample database of a record shop.
CREATE TABLE artist (artist_id integer NOT NULL, name varchar(120), CONSTRAINT artist_pkey PRIMARY KEY (artist_id));
CREATE TABLE album (album_id integer NOT NULL, title varchar(160) NOT NULL, artist_id integer NOT NULL, CONSTRAINT album_pkey PRIMARY KEY (album_id));
CREATE TABLE genre (genre_id serial PRIMARY KEY, name varchar(120));
CREATE TABLE media_type (media_type_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name varchar(120));
CREATE TABLE track (
    track_id integer NOT NULL PRIMARY KEY, name varchar(200) NOT NULL, album_id integer, media_type_id integer NOT NULL,
    genre_id integer, composer varchar(220), milliseconds integer NOT NULL, bytes integer, unit_price numeric(10,2) NOT NULL
);
CREATE TABLE employee (
    employee_id integer NOT NULL PRIMARY KEY, last_name varchar(20) NOT NULL, reports_to integer REFERENCES employee,
    birth_date timestamp, hire_date timestamp DEFAULT CURRENT_TIMESTAMP, email varchar(60) UNIQUE
);
CREATE TABLE customer (
    customer_id integer NOT NULL PRIMARY KEY, email varchar(60) NOT NULL,
    support_rep_id integer REFERENCES employee (employee_id) ON DELETE SET NULL
);
CREATE TABLE invoice (
    invoice_id integer NOT NULL PRIMARY KEY, customer_id integer NOT NULL REFERENCES customer,
    invoice_date timestamp NOT NULL, total numeric(10,2) NOT NULL CHECK (total >= 0)
);
CREATE TABLE invoice_line (
    invoice_line_id integer NOT NULL PRIMARY KEY, invoice_id integer NOT NULL REFERENCES invoice ON DELETE CASCADE,
    track_id integer NOT NULL REFERENCES track, unit_price numeric(10,2) NOT NULL, quantity integer NOT NULL
);
CREATE TABLE playlist (playlist_id integer NOT NULL PRIMARY KEY, name varchar(120));
CREATE TABLE playlist_track (playlist_id integer NOT NULL REFERENCES playlist, track_id integer NOT NULL REFERENCES track, PRIMARY KEY (playlist_id, track_id));
ALTER TABLE album ADD CONSTRAINT album_artist_id_fkey FOREIGN KEY (artist_id) REFERENCES artist (artist_id) ON DELETE NO ACTION;
ALTER TABLE track ADD CONSTRAINT track_album_id_fkey FOREIGN KEY (album_id) REFERENCES album (album_id) NOT VALID;
CREATE INDEX album_artist_id_idx ON album (artist_id);
CREATE INDEX track_album_id_idx ON track (album_id);
CREATE INDEX playlist_track_track_id_idx ON playlist_track (track_id);
