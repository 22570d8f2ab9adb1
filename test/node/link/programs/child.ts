/** Serves over its standard input and output. */
import { Session } from "coroutine-channels/link";
import { byteLink } from "coroutine-channels/socket";

import { channels, streams } from "./services.ts";

const link = byteLink({ readable: process.stdin, writable: process.stdout });
new Session(link).serve(channels).serveStream(streams);
