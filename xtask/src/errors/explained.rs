//! What each code means, and what to do about it.

/// A code, explained. Both sentences are Markdown.
pub(super) struct Explanation {
    pub(super) code: &'static str,
    pub(super) meaning: &'static str,
    pub(super) remedy: &'static str,
}

const fn explained(code: &'static str, meaning: &'static str, remedy: &'static str) -> Explanation {
    Explanation {
        code,
        meaning,
        remedy,
    }
}

/// Every code, sorted.
pub(super) const EXPLAINED: &[Explanation] = &[
    explained(
        "ALREADY_EXISTS",
        "What is to be made exists already.",
        "Use the one that exists, or give it another name.",
    ),
    explained(
        "ARTICLE_CONFLICT",
        "The external id and the URL of an article belong to two different stored articles.",
        "Correct the one that is wrong.",
    ),
    explained(
        "ARTICLE_NOT_FOUND",
        "There is no article of this id.",
        "List the articles.",
    ),
    explained(
        "ARTIFACT_DAMAGED",
        "A stored file is no longer what was stored.",
        "Bring the file back from a backup of `files.root`, or remove it and store it again.",
    ),
    explained(
        "ARTIFACT_NOT_FOUND",
        "There is no file of this id.",
        "Ask for the project, which names its files.",
    ),
    explained(
        "AUTH_INVALID_TOKEN",
        "The API key is not valid.",
        "Send a key whose SHA-256 is in `auth.keys`.",
    ),
    explained(
        "AUTH_MISSING_TOKEN",
        "The request has no API key, and the server asks for one.",
        "Send the header `Authorization: Bearer KEY`.",
    ),
    explained(
        "AUTH_TOO_MANY_ATTEMPTS",
        "Ten wrong API keys came from this address within a minute; no key of it is looked at.",
        "Wait as long as `Retry-After` says, and correct the key.",
    ),
    explained(
        "BODY_STALLED",
        "Nothing more came of the body of a request for as long as `http.request_timeout_s`.",
        "Send it again; if the connection is slow, raise the limit.",
    ),
    explained(
        "BODY_TOO_LARGE",
        "The body of the request is larger than `http.max_body_bytes`.",
        "Send less, or raise the limit.",
    ),
    explained(
        "BODY_UNREADABLE",
        "The body of the request broke off.",
        "Send the request again.",
    ),
    explained(
        "CHANGED_MEANWHILE",
        "Another request changed the graph at the same time.",
        "Send the request again.",
    ),
    explained(
        "CLIP_FINISHED",
        "The clip is finished and does not change any more.",
        "Add another clip for a further attempt.",
    ),
    explained(
        "CLIP_NOT_FOUND",
        "There is no clip of this id.",
        "Ask for the scene, which names its clips.",
    ),
    explained(
        "CONFIGURATION",
        "The configuration is wrong.",
        "Run `groundwork config` or `groundwork doctor`, which name the place.",
    ),
    explained(
        "CONFLICT",
        "The request is sound, but not in the present state.",
        "Look at the present state; trying again later may work.",
    ),
    explained(
        "CONSTRAINT_VIOLATED",
        "The rows would break a constraint, which the message names.",
        "Correct the request.",
    ),
    explained(
        "CONTENT_ENCODING_NOT_SUPPORTED",
        "The body is compressed, which this server does not undo.",
        "Send it as it is, without `Content-Encoding`.",
    ),
    explained(
        "CONTENT_RANGE_NOT_SUPPORTED",
        "A part of a file was to be stored in its place.",
        "Send the whole file, without `Content-Range`.",
    ),
    explained(
        "DAMAGED",
        "What was stored is not there any more as it was stored.",
        "Bring it back from a backup; the log says what it is.",
    ),
    explained(
        "DATABASE_BUSY",
        "The database had no room for the request within `database.acquire_timeout_ms`.",
        "Send the request again; if that is often so, run fewer long units of work.",
    ),
    explained(
        "DATABASE_CLOSED",
        "The server is stopping, and has closed the database.",
        "Send the request again when a server is ready.",
    ),
    explained(
        "DATABASE_ERROR",
        "The database refused a unit of work; the reason is in the log.",
        "Look into the log.",
    ),
    explained(
        "DATABASE_FAILED",
        "The database refused a statement; the reason is in the log.",
        "Look into the log.",
    ),
    explained(
        "DATABASE_IN_USE",
        "Another server serves this SQLite database already; the message names it.",
        "Stop that server, or serve another database.",
    ),
    explained(
        "DATABASE_READ_ONLY",
        "PostgreSQL takes no changes: the server is a standby, or is set to only read.",
        "Name the primary server in `database.url`, or all of them: `postgres://a,b/DATABASE`.",
    ),
    explained(
        "DATABASE_REPLACED",
        "The SQLite file was replaced or deleted while the server used it. Nothing is read or \
         written any more.",
        "Restart the server to serve the file that is there now; the log says how to keep the old one.",
    ),
    explained(
        "DATABASE_UNAVAILABLE",
        "The database cannot be opened or reached; the message says why.",
        "Run `groundwork doctor`.",
    ),
    explained(
        "DIGEST_INVALID",
        "`Content-Digest` or `Content-MD5` is not a digest.",
        "Write it as `sha-256=:BASE64:`, as RFC 9530 says.",
    ),
    explained(
        "DIGEST_MISMATCH",
        "The body is not the one whose digest its head announces: it was changed on its way.",
        "Send it again.",
    ),
    explained(
        "DUPLICATE_FIELD",
        "A field of a body is given twice.",
        "Send it once.",
    ),
    explained(
        "ENTITY_EXISTS",
        "An entity of this name is tracked already.",
        "Use it, or choose another name.",
    ),
    explained(
        "ENTITY_NOT_FOUND",
        "No entity of this id or name is tracked.",
        "List the entities, or track it.",
    ),
    explained(
        "FILE_DAMAGED",
        "With 422, the content that was sent begins like a type that is taken and goes on wrong. \
         With 500, a stored file is not what was stored: it has another length or another content.",
        "With 422, make the file anew and send it again. With 500, bring the file that the log names \
         back from a backup of `files.root`, then run `groundwork files verify`.",
    ),
    explained(
        "FILE_EMPTY",
        "The file has no bytes.",
        "Send a file with content.",
    ),
    explained(
        "FILE_FOREIGN",
        "Something that the store has not put there is at the file's place.",
        "Remove it from `files.root`, and bring the file back from a backup.",
    ),
    explained(
        "FILE_INTERRUPTED",
        "The upload ended before the file did; nothing of it was kept.",
        "Send the file again.",
    ),
    explained(
        "FILE_MISSING",
        "The file of a row is not on the disk.",
        "Bring it back from a backup of `files.root`.",
    ),
    explained(
        "FILE_TOO_LARGE",
        "The file is larger than `files.max_file_bytes`.",
        "Send a smaller file, or raise the limit.",
    ),
    explained(
        "FILE_TYPE_NOT_ALLOWED",
        "The content is of a type that is not taken there, whatever the file's name is.",
        "Send one of the types that the message names.",
    ),
    explained(
        "FORBIDDEN",
        "The caller is known, and may not do this.",
        "Use a key that may.",
    ),
    explained(
        "FULL",
        "No space is left to store something in.",
        "Free some space and try again.",
    ),
    explained(
        "GRAPH_INVALID",
        "What was sent is no knowledge graph; the message names the line or the rule.",
        "Correct the graph.",
    ),
    explained(
        "GRAPH_NOT_FOUND",
        "There is no knowledge graph of this id.",
        "List the graphs.",
    ),
    explained(
        "HEADERS_TOO_LARGE",
        "The headers of the request are too long, or more than 100.",
        "Send fewer.",
    ),
    explained(
        "HEAD_TIMED_OUT",
        "The head of a request did not come within 30 seconds.",
        "Send the request at once, or open the connection when there is one to send.",
    ),
    explained(
        "HOST_INVALID",
        "The request has no header `Host`, or several.",
        "Send one, as HTTP/1.1 demands.",
    ),
    explained(
        "HOST_NOT_ALLOWED",
        "The header `Host` names no address of this machine, and the server has no API keys.",
        "Call it by its address, or configure `auth.keys`.",
    ),
    explained(
        "INPUT_UNREADABLE",
        "The input of an import could not be read to its end.",
        "Make it readable and import it again.",
    ),
    explained(
        "INTERNAL",
        "A fault of the program.",
        "Look into the log, and report it.",
    ),
    explained(
        "INTERNAL_ERROR",
        "A fault of the program; the reason is in the log, under the request's id.",
        "Look into the log, and report it.",
    ),
    explained(
        "INVALID",
        "The input is wrong, and stays so.",
        "Correct what the message names.",
    ),
    explained(
        "INVALID_JSON",
        "The body of the request is not JSON; the message names line and column.",
        "Correct it.",
    ),
    explained(
        "INVALID_TYPE",
        "The field has a value of another type.",
        "Send the type that the message names.",
    ),
    explained(
        "INVALID_VALUE",
        "The field has a value that it cannot have.",
        "Send a value that the message allows.",
    ),
    explained(
        "KEYFRAME_NOT_FOUND",
        "The scene has no picture at this place.",
        "Store one there first.",
    ),
    explained(
        "LEASE_LOST",
        "The step is no longer this worker's: its lease ran out, or its run is over.",
        "Drop what was made of the step, and take another.",
    ),
    explained(
        "LINE_REFUSED",
        "A line of the import cannot be stored, and the import is strict; nothing was stored.",
        "Correct the line that the message names.",
    ),
    explained(
        "METHOD_NOT_ALLOWED",
        "The route does not take this method.",
        "Use one of the header `Allow`.",
    ),
    explained("MISSING_FIELD", "The body lacks a field.", "Add it."),
    explained(
        "NODE_NOT_FOUND",
        "The graph has no node of this key; the message names one like it.",
        "Correct the key.",
    ),
    explained(
        "NOT_ACCEPTABLE",
        "The header `Accept` leaves out every type that the route answers with.",
        "Accept one of the types that the message names, or send no `Accept`.",
    ),
    explained(
        "NOT_FOUND",
        "What was asked for does not exist.",
        "Correct the name or the id.",
    ),
    explained(
        "NO_PATH",
        "No path of at most so many edges leads there.",
        "Ask for more edges, or for both directions.",
    ),
    explained(
        "NO_SUCH_POSITION",
        "The project has no scene at this place.",
        "Choose a place among its scenes.",
    ),
    explained(
        "ORIGIN_NOT_ALLOWED",
        "Without API keys, a web page of another origin wanted to change something.",
        "Add its origin to `http.allowed_origins`, or configure a key.",
    ),
    explained(
        "OUTCOME_UNKNOWN",
        "The connection broke, or the time limit ran out, during the commit, which may be stored or not.",
        "Look whether it is stored before sending the request again.",
    ),
    explained(
        "PRECONDITION_FAILED",
        "The file is not the one that `If-Match` or `If-Unmodified-Since` of the request asks for.",
        "Ask without the condition, and take the new `ETag`.",
    ),
    explained(
        "PRODUCTION_CHANGED",
        "A file changed while it was being imported; nothing was kept.",
        "Import the folder again.",
    ),
    explained(
        "PRODUCTION_INVALID",
        "The folder is no production; the message lists every fault.",
        "Correct the faults.",
    ),
    explained(
        "PRODUCTION_UNREADABLE",
        "The folder, or a file in it, cannot be read.",
        "Make it readable for the server's user.",
    ),
    explained(
        "PROJECT_NOT_FOUND",
        "There is no project of this id.",
        "List the projects.",
    ),
    explained(
        "RANGE_NOT_SATISFIABLE",
        "The header `Range` begins after the end of the file.",
        "Ask for a part that exists.",
    ),
    explained(
        "REMOVED_MEANWHILE",
        "Another request removed the video at the same time.",
        "Import it again.",
    ),
    explained(
        "REQUEST_MALFORMED",
        "What came is not a request of HTTP.",
        "Look at what the client sends, byte for byte.",
    ),
    explained(
        "ROUTE_NOT_FOUND",
        "There is no such path.",
        "Correct the path.",
    ),
    explained(
        "RUN_IN_PROGRESS",
        "A run is producing the project.",
        "Wait for the run, or cancel it.",
    ),
    explained(
        "RUN_NOT_FOUND",
        "There is no run of this id.",
        "Ask for the project, which names its runs.",
    ),
    explained(
        "RUN_NOT_RESUMABLE",
        "Only a run that failed or was cancelled can be resumed.",
        "Start another run.",
    ),
    explained(
        "RUN_OVER",
        "The run has ended.",
        "Start another run, or resume it if it failed.",
    ),
    explained(
        "SCENE_NOT_FOUND",
        "There is no scene of this id.",
        "Ask for the project, which names its scenes.",
    ),
    explained(
        "SCHEMA_NOT_READY",
        "Migrations are pending.",
        "Run `migrate up`.",
    ),
    explained(
        "SEARCH_TOO_WIDE",
        "The search passed more edges than it may.",
        "Ask for a smaller depth.",
    ),
    explained(
        "STORAGE_FULL",
        "The disk of the database or of `files.root` is full; nothing was kept.",
        "Free some space, or remove what is not needed (that works on a full disk), and send the \
         request again.",
    ),
    explained(
        "STORAGE_MISMATCH",
        "The folder `files.root` belongs to another database. Nothing in it is served, repaired or \
         removed.",
        "Set `files.root` to the root of this database. If the root was meant, take it over: \
         `groundwork files adopt`.",
    ),
    explained(
        "STORAGE_NOT_DURABLE",
        "The disk did not confirm that it holds the file; nothing was kept.",
        "Check the disk, then send the file again.",
    ),
    explained(
        "STORAGE_REPLACED",
        "The folder at `files.root` was replaced or deleted while the server used it. Nothing is \
         stored any more.",
        "Restart the server to use the folder that is there now, or put the old one back.",
    ),
    explained(
        "STORAGE_SHARED",
        "The folder `files.root` is open to other users and holds what is not the store's.",
        "Use a folder of its own for the store.",
    ),
    explained(
        "STORAGE_UNAVAILABLE",
        "The folder `files.root` cannot be used.",
        "Run `groundwork doctor`.",
    ),
    explained(
        "TARGET_NOT_EMPTY",
        "The folder to export to has something in it.",
        "Name a folder that does not exist yet.",
    ),
    explained(
        "TARGET_UNWRITABLE",
        "The export cannot be written.",
        "Name a folder that the program's user may write.",
    ),
    explained(
        "TIMED_OUT",
        "A time limit ran out, such as `http.request_timeout_s`.",
        "Send the request again, or raise the limit.",
    ),
    explained(
        "TIME_SERIES_STALE",
        "The articles of an import are stored, but the time series could not be brought up to date.",
        "Run `groundwork signals rollup`, which goes on from there.",
    ),
    explained(
        "TOO_LARGE",
        "The request is larger than a limit allows.",
        "Send less, or raise the limit that the message names.",
    ),
    explained(
        "TOO_LARGE_TO_DRAW",
        "The graph has too many nodes or edges for a picture.",
        "Ask for its data instead.",
    ),
    explained(
        "TOO_MANY_CONNECTIONS",
        "As many connections with requests are open as `http.max_connections` allows.",
        "Try again after the seconds that `Retry-After` names.",
    ),
    explained(
        "TOO_MANY_SCENES",
        "The project has `pipeline.max_scenes` scenes.",
        "Remove a scene, or raise the limit.",
    ),
    explained(
        "TRANSCRIPT_NOT_FOUND",
        "There is no transcript of this id.",
        "Ask for the video, which names its transcripts.",
    ),
    explained(
        "TRANSFER_ENCODING_NOT_SUPPORTED",
        "The body has a transfer coding other than `chunked`.",
        "Send it in chunks, or with a `Content-Length`.",
    ),
    explained(
        "UNAUTHENTICATED",
        "The caller is not known.",
        "Send an API key.",
    ),
    explained(
        "UNAVAILABLE",
        "Something that is needed cannot be reached, or is full.",
        "Run `groundwork doctor`, then try again.",
    ),
    explained(
        "UNKNOWN_FIELD",
        "The body has a field that does not exist; the message lists those that do.",
        "Correct its name, or remove it.",
    ),
    explained(
        "UNSUPPORTED_MEDIA_TYPE",
        "The header `Content-Type` names a type that is not taken there.",
        "Send the type that the message names.",
    ),
    explained(
        "URI_TOO_LONG",
        "The path and the query together are too long.",
        "Send what is long in the body.",
    ),
    explained(
        "USAGE",
        "The call is wrong: an argument names nothing, or several things.",
        "Correct the argument.",
    ),
    explained(
        "VALIDATION_FAILED",
        "A field breaks its rule; `errors` lists each.",
        "Correct the fields.",
    ),
    explained(
        "VIDEO_NOT_FOUND",
        "There is no video of this id.",
        "List the videos.",
    ),
];
