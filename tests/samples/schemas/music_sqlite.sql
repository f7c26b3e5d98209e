-- The shape of a well-known sample database of a record shop: names in capitals and small letters,
-- constraints mostly without names, lengths and decimals that SQLite does not keep.
CREATE TABLE [Artist] ([ArtistId] INTEGER NOT NULL, [Name] NVARCHAR(120), CONSTRAINT [PK_Artist] PRIMARY KEY ([ArtistId]));
CREATE TABLE [Album] (
    [AlbumId] INTEGER NOT NULL, [Title] NVARCHAR(160) NOT NULL, [ArtistId] INTEGER NOT NULL,
    CONSTRAINT [PK_Album] PRIMARY KEY ([AlbumId]),
    FOREIGN KEY ([ArtistId]) REFERENCES [Artist] ([ArtistId]) ON DELETE NO ACTION ON UPDATE NO ACTION
);
CREATE TABLE [Genre] ([GenreId] INTEGER NOT NULL, [Name] NVARCHAR(120), CONSTRAINT [PK_Genre] PRIMARY KEY ([GenreId]));
CREATE TABLE [MediaType] ([MediaTypeId] INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, [Name] NVARCHAR(120));
CREATE TABLE [Track] (
    [TrackId] INTEGER NOT NULL, [Name] NVARCHAR(200) NOT NULL, [AlbumId] INTEGER, [MediaTypeId] INTEGER NOT NULL,
    [GenreId] INTEGER, [Composer] NVARCHAR(220), [Milliseconds] INTEGER NOT NULL, [Bytes] INTEGER,
    [UnitPrice] NUMERIC(10,2) NOT NULL,
    CONSTRAINT [PK_Track] PRIMARY KEY ([TrackId]),
    FOREIGN KEY ([AlbumId]) REFERENCES [Album] ([AlbumId]),
    FOREIGN KEY ([GenreId]) REFERENCES [Genre] ([GenreId]),
    FOREIGN KEY ([MediaTypeId]) REFERENCES [MediaType]
);
CREATE TABLE [Employee] (
    [EmployeeId] INTEGER NOT NULL PRIMARY KEY, [LastName] NVARCHAR(20) NOT NULL, [ReportsTo] INTEGER REFERENCES [Employee],
    [BirthDate] DATETIME, [HireDate] DATETIME DEFAULT CURRENT_TIMESTAMP, [Email] NVARCHAR(60) UNIQUE
);
CREATE TABLE [Customer] (
    [CustomerId] INTEGER NOT NULL PRIMARY KEY, [Email] NVARCHAR(60) NOT NULL,
    [SupportRepId] INTEGER REFERENCES [Employee] ([EmployeeId]) ON DELETE SET NULL
);
CREATE TABLE [Invoice] (
    [InvoiceId] INTEGER NOT NULL PRIMARY KEY, [CustomerId] INTEGER NOT NULL REFERENCES [Customer] ([CustomerId]),
    [InvoiceDate] DATETIME NOT NULL, [Total] NUMERIC(10,2) NOT NULL CHECK ([Total] >= 0)
);
CREATE TABLE [InvoiceLine] (
    [InvoiceLineId] INTEGER NOT NULL PRIMARY KEY,
    [InvoiceId] INTEGER NOT NULL REFERENCES [Invoice] ON DELETE CASCADE,
    [TrackId] INTEGER NOT NULL REFERENCES [Track], [UnitPrice] NUMERIC(10,2) NOT NULL, [Quantity] INTEGER NOT NULL
);
CREATE TABLE [Playlist] ([PlaylistId] INTEGER NOT NULL PRIMARY KEY, [Name] NVARCHAR(120));
CREATE TABLE [PlaylistTrack] (
    [PlaylistId] INTEGER NOT NULL, [TrackId] INTEGER NOT NULL,
    CONSTRAINT [PK_PlaylistTrack] PRIMARY KEY ([PlaylistId], [TrackId]),
    FOREIGN KEY ([PlaylistId]) REFERENCES [Playlist] ([PlaylistId]),
    FOREIGN KEY ([TrackId]) REFERENCES [Track] ([TrackId])
);
CREATE INDEX [IFK_AlbumArtistId] ON [Album] ([ArtistId]);
CREATE INDEX [IFK_TrackAlbumId] ON [Track] ([AlbumId]);
CREATE INDEX [IFK_PlaylistTrackTrackId] ON [PlaylistTrack] ([TrackId]);
