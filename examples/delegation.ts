// Delegation: the server end is passed down a recursive walk, so every level sends straight to the
// consumer. With generators each level would `yield*` the one below, and every item climb all of them.
import { produce, type Server } from "coroutine-channels";

interface Folder {
  readonly name: string;
  readonly inside: readonly Folder[];
}

const folder = (name: string, ...inside: Folder[]): Folder => ({ name, inside });

async function walk(tree: Folder, path: string, server: Server<string>): Promise<void> {
  const here = `${path}/${tree.name}`;
  await server.send(here);
  for (const child of tree.inside) await walk(child, here, server);
}

const home = folder("home", folder("docs", folder("letters")), folder("music"), folder("photos"));

for await (const path of produce<string>((server) => walk(home, "", server))) {
  console.log(path);
  if (path.endsWith("music")) break; // the walk unwinds from where it is; photos are never visited
}

// Prints:
// /home
// /home/docs
// /home/docs/letters
// /home/music
