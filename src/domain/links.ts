import { posix } from "node:path";

const inline =
  /\[[^\]\n]{0,500}\]\(\s*(?:<([^>\n]{1,500})>|([^\s()]{1,500}))(?:\s+["'(][^\n]{0,300}?["')])?\s*\)/g;
const reference = /^ {0,3}\[[^\]\n]{1,300}\]:\s*<?([^\s>]{1,500})>?/gm;

/** Whether a file has links that lead to other files. */
export const isMarkdown = (path: string) => /\.(md|mdx|markdown)$/i.test(path);

/** Relative links of a Markdown text that lead to no file or folder of the tree, as they are written there. */
export function brokenLinks(path: string, text: string, tree: ReadonlySet<string>): string[] {
  if (!isMarkdown(path)) return [];
  const links = linksIn(text);
  if (links.length === 0) return [];
  let folders: Set<string> | undefined;
  const isThere = (target: string) => {
    if (tree.has(target)) return true;
    folders ??= foldersOf(tree);
    return folders.has(target);
  };
  return links.filter((link) => {
    const target = targetOf(path, link);
    return target !== undefined && !isThere(target);
  });
}

/** Links outside code, each once. */
export function linksIn(text: string): string[] {
  const prose = text
    .replace(/^(\s*)(```+|~~~+)[^\n]*\n[\s\S]*?(?:^\s*\2[`~]*\s*$|(?![\s\S]))/gm, "")
    .replace(/(`+)[^`\n]+\1/g, "");
  const found = [
    ...Array.from(prose.matchAll(inline), ([, angled, plain]) => angled ?? plain!),
    ...Array.from(prose.matchAll(reference), ([, target]) => target!),
  ];
  return [...new Set(found)];
}

/** The path that a link means; undefined for one that leads elsewhere, or that only its reader can resolve. */
function targetOf(path: string, link: string): string | undefined {
  if (/^([a-z][a-z0-9+.-]*:|\/|#|~|\\)/i.test(link) || /[{}$*<>|]/.test(link)) return undefined;
  const bare = link.replace(/[?#].*$/, "");
  if (bare === "") return undefined;
  const target = posix.normalize(posix.join(posix.dirname(path), decoded(bare))).replace(/\/$/, "");
  // What lies outside the repository is not ours to know.
  return target === "." || target.startsWith("..") ? undefined : target;
}

function decoded(link: string): string {
  try {
    return decodeURIComponent(link);
  } catch {
    return link;
  }
}

function foldersOf(tree: ReadonlySet<string>): Set<string> {
  const folders = new Set<string>();
  for (const path of tree)
    for (
      let folder = posix.dirname(path);
      folder !== "." && !folders.has(folder);
      folder = posix.dirname(folder)
    )
      folders.add(folder);
  return folders;
}
