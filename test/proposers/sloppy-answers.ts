import { anAnswer } from "../support/scripted-model.ts";

/** What models answer, and what comes of it: a proposal ("fine"), or words of the reason why not. */
export type Sloppy = readonly [what: string, raw: string, outcome: "fine" | RegExp];

const file = "skills/triage/SKILL.md";
const line = "- billing: invoice, refund";
const good = anAnswer();
const edits = (...some: object[]) => anAnswer({ edits: some });
const replace = (find: string, text: string, path = file) =>
  edits({ kind: "replace", path, find, replace: text });
const write = (path: string, content = "- cards go to billing\n") => edits({ kind: "write", path, content });
const without = (key: string) => {
  const { [key]: _, ...rest } = JSON.parse(good) as Record<string, unknown>;
  return JSON.stringify(rest);
};
const diff = (text: string) => anAnswer({ edits: undefined, diff: text });
const hunk = (...lines: string[]) => lines.join("\n");

const fence = "```";

export const sloppyAnswers: readonly Sloppy[] = [
  // How it is wrapped
  ["the object alone", good, "fine"],
  ["white space around it", `\n\n  ${good}\n\t`, "fine"],
  ["pretty-printed", JSON.stringify(JSON.parse(good), null, 4), "fine"],
  ["a byte order mark before it", `\ufeff${good}`, "fine"],
  ["a code fence", `${fence}json\n${good}\n${fence}`, "fine"],
  ["a fence of another language", `${fence}\n${good}\n${fence}\n`, "fine"],
  ["a fence that is never closed", `${fence}json\n${good}`, "fine"],
  ["prose before it", `Sure! Here is my proposal:\n\n${good}`, "fine"],
  ["prose after it", `${good}\n\nLet me know if you want another.`, "fine"],
  ["prose with braces", `I fill in {category} and {terms}. ${good}`, "fine"],
  ["prose with an open brace", `I open with { and go on. ${good}`, "fine"],
  ["prose that opens an object and leaves it open", `A "{" opens an object. ${good}`, /ends within/],
  ["thoughts", `<think>The cards are missing.</think>${good}`, "fine"],
  ["thoughts with another object in them", `<think>maybe {"edits": []}</think>\n${good}`, "fine"],
  ["two thoughts", `<think>a</think>\n<think>b</think>\n${good}`, "fine"],
  ["thoughts that only end", `so the cards are missing {"a": 1}\n</think>\n${good}`, "fine"],
  ["thoughts in capitals", `<THINKING>hm</THINKING>${good}`, "fine"],
  ["thoughts that never end", `<think>The cards are missing, so ${good}`, /ends within its thoughts/],
  ["thoughts alone", "<think>I should name the cards.</think>", /is empty/],
  ["a list of one object", `[${good}]`, "fine"],
  ["an object twice", `${good}\n${good}`, /holds 2 JSON objects/],
  ["a draft and a better one", `${good}\nActually:\n${write("skills/new.md")}`, /holds 2 JSON objects/],
  ["the schema and the object", `{"type": "object"}\n${good}`, /holds 2 JSON objects/],
  ["the object as a string of JSON", JSON.stringify(good), /holds no JSON object/],
  // What is missing
  ["prose alone", "You should mention payment cards under billing.", /holds no JSON object/],
  ["a list of edits", '["replace", "a", "b"]', /holds no JSON object/],
  ["an edit alone", '{"kind":"delete","path":"settings.json"}', /form that was asked for/],
  ["an empty object", "{}", /form that was asked for/],
  ["null", "null", /holds no JSON object/],
  ["a number", "42", /holds no JSON object/],
  ["cut off in a string", good.slice(0, 120), /ends within its JSON object/],
  ["cut off before the last brace", good.slice(0, -1), /ends within its JSON object/],
  ["no hypothesis", without("hypothesis"), /hypothesis/],
  ["no prediction", without("expectedImprovement"), /expectedImprovement/],
  ["no edits", without("edits"), /has no edits/],
  ["a list of no edits", edits(), /has no edits/],
  ["an empty hypothesis", anAnswer({ hypothesis: "  " }), /hypothesis/],
  ["an endless hypothesis", anAnswer({ hypothesis: "because ".repeat(500) }), /hypothesis/],
  // What is malformed
  ["single quotes", good.replaceAll('"', "'"), /holds no JSON object/],
  ["a trailing comma", good.replace(/\}$/, ",}"), /not valid JSON/],
  ["a comment", good.replace("{", '{"a": 1, // cards\n'), /not valid JSON/],
  ["a raw line break in a string", good.replace("Names cards", "Names\ncards"), /not valid JSON/],
  ["a quotation mark that is not escaped", good.replace("Names cards", 'Names "cards"'), /not valid JSON/],
  ["NaN", good.replace('"low"', "NaN"), /not valid JSON/],
  ["an unknown risk", anAnswer({ risk: "tiny" }), /risk/],
  ["risk as a number", anAnswer({ risk: 0 }), /risk/],
  ["edits as an object", anAnswer({ edits: { kind: "delete", path: file } }), /edits/],
  ["edits as text", anAnswer({ edits: "replace a with b" }), /edits/],
  ["an edit of no kind", edits({ path: file, content: "x" }), /edits\.0/],
  ["an unknown kind", edits({ kind: "append", path: file, content: "x" }), /edits\.0/],
  ["an edit that is two", edits({ kind: "write", path: file, content: "x", find: "y" }), /edits\.0/],
  ["keys of its own beside the edits", anAnswer({ confidence: 0.9, notes: ["a"] }), "fine"],
  ["a key twice", good.replace("{", '{"risk":"high",'), "fine"],
  ["a prototype as a key", good.replace("{", '{"__proto__":{"edits":[]},'), "fine"],
  [
    "both edits and a diff",
    anAnswer({ diff: "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n" }),
    /both edits and a diff/,
  ],
  // What it changes
  [
    "a text that is not there",
    replace("- billing: invoices", "x"),
    /occurs 0 times.*billing: invoice, refund/s,
  ],
  [
    "a text with other white space",
    replace("-  billing:  invoice, refund", "x"),
    /the same but for white space/,
  ],
  ["a text that is there twice", replace("- ", "* "), /occurs 2 times/],
  ["a text of nothing", replace("", "x"), /edits\.0\.find/],
  ["a change of nothing", replace(line, line), /changes nothing/],
  [
    "a change and its reverse",
    edits(
      { kind: "replace", path: file, find: line, replace: "- x" },
      { kind: "replace", path: file, find: "- x", replace: line },
    ),
    /changes? nothing/,
  ],
  [
    "one edit that fits and one that does not",
    edits(
      { kind: "replace", path: file, find: line, replace: "- x" },
      { kind: "replace", path: file, find: "nowhere", replace: "y" },
    ),
    /occurs 0 times/,
  ],
  ["a file that is not there", replace("a", "b", "skills/none.md"), /does not exist/],
  ["a deletion of what is not there", edits({ kind: "delete", path: "skills/none.md" }), /does not exist/],
  ["a new file", write("skills/cards.md"), "fine"],
  ["a file where a folder is", write("skills/triage"), /is a folder/],
  [
    "a folder where a file is",
    write("settings.json/a.md"),
    /needs a folder where the file|may not be changed/,
  ],
  ["JSON that does not parse", replace("0.9", "0.9,,", "settings.json"), /not valid JSON/],
  ["a link to nowhere", replace(line, `${line}, see [cards](cards.md)`), /links to "cards\.md"/],
  ["a new skill without front matter", write("skills/cards/SKILL.md"), /no front matter/],
  ["the same idea as before", replace("## Urgency", "## Priority"), /proposed before|no untried idea/],
  // Where it must not go
  ["a path that climbs", write("../outside.md"), /climbs/],
  ["a path that climbs in the middle", write("skills/../AGENTS.md"), /climbs/],
  ["an absolute path", write("/etc/passwd"), /not a path relative/],
  ["a drive of Windows", write("C:/x.md"), /not a path relative/],
  ["a backslash", write("skills\\x.md"), /backslash/],
  ["git's own folder", write("skills/.git/config"), /git's own/],
  ["a hook", write("skills/hooks/post-commit"), /protected/],
  ["our own configuration", write(".kira-improve.json", "{}"), /protected/],
  ["the task bank", write("data/tasks/easy.json", "{}"), /protected/],
  ["a path that is not allowed", write("README.md"), /not among the allowed/],
  ["a file that exists and was not shown", write("skills/unshown.md"), /was not shown/],
  ["an invisible letter in a name", write("skills/.g\u200cit/config"), /invisible|git's own/],
  ["another case of a file", write("skills/triage/skill.md"), /one file on some systems/],
  ["too much", write("skills/big.md", "x".repeat(120_000)), /the limit is/],
  [
    "too many files",
    edits(...Array.from({ length: 30 }, (_, i) => ({ kind: "write", path: `skills/${i}.md`, content: "x" }))),
    /30 files/,
  ],
  [
    "too many edits",
    edits(...Array.from({ length: 60 }, (_, i) => ({ kind: "write", path: `skills/${i}.md`, content: "x" }))),
    /edits/,
  ],
  // What nobody would see
  ["a replacement character", replace(line, "- billing\ufffd"), /U\+FFFD/],
  ["half a character", `${good.replace("payment card", "\\ud83d")}`, /U\+D83D/],
  ["an escape sequence", replace(line, "\u001b[31m- billing"), /U\+001B/],
  ["a null", replace(line, "- billing\u0000"), /U\+0000/],
  ["text that runs backwards", replace(line, "- billing \u202ekcab"), /U\+202E/],
  ["smuggled letters", replace(line, "- billing\u{e0069}\u{e0067}"), /U\+E0069/],
  ["an emoji with a joiner", replace(line, "- billing 👩‍💻"), "fine"],
  ["other scripts", replace(line, "- billing: 请款, счёт, فاتورة"), "fine"],
  ["Windows line endings", replace(line, `${line}\r\n- cards`), "fine"],
  // Unified diffs
  [
    "a diff",
    diff(hunk(`--- a/${file}`, `+++ b/${file}`, "@@ -5,1 +5,2 @@", ` ${line}`, "+- cards", "")),
    "fine",
  ],
  [
    "a diff with wrong line numbers",
    diff(hunk(`--- a/${file}`, `+++ b/${file}`, "@@ -50,1 +50,2 @@", ` ${line}`, "+- cards")),
    "fine",
  ],
  [
    "a diff of git",
    diff(
      hunk(
        `diff --git a/${file} b/${file}`,
        "index 1..2 100644",
        `--- a/${file}`,
        `+++ b/${file}`,
        "@@ -5,1 +5,2 @@",
        ` ${line}`,
        "+- cards",
      ),
    ),
    "fine",
  ],
  [
    "a diff that makes a file",
    diff(hunk("--- /dev/null", "+++ b/skills/cards.md", "@@ -0,0 +1,1 @@", "+- cards")),
    "fine",
  ],
  [
    "a diff that does not fit",
    diff(hunk(`--- a/${file}`, `+++ b/${file}`, "@@ -5,1 +5,1 @@", "-- invoices go to billing", "+- cards")),
    /does not fit/,
  ],
  [
    "a diff with wrong counts",
    diff(hunk(`--- a/${file}`, `+++ b/${file}`, "@@ -5,9 +5,9 @@", ` ${line}`, "+- cards")),
    /cannot be read/,
  ],
  [
    "a diff that renames",
    diff(hunk(`--- a/${file}`, "+++ b/skills/other.md", "@@ -5,1 +5,2 @@", ` ${line}`, "+- cards")),
    /renames/,
  ],
  ["a diff without names", diff(hunk("@@ -5,1 +5,2 @@", ` ${line}`, "+- cards")), /names no file/],
  ["a diff of nothing", diff("--- a/x\n+++ b/x\n"), /changes no line/],
  ["a diff that climbs", diff(hunk("--- /dev/null", "+++ b/../../x", "@@ -0,0 +1,1 @@", "+x")), /climbs/],
  ["prose as a diff", diff("I would add a line about cards."), /changes no line|cannot be read/],
  // Endless things
  ["an endless answer", `${good}${" ".repeat(600_000)}`, /characters; at most/],
  ["a thousand braces", '{"'.repeat(5_000), /ends within/],
  ["a thousand empty objects", "{} ".repeat(1_000), /opens more than/],
  [
    "a deep nest",
    `{"a":${"[".repeat(20_000)}${"]".repeat(20_000)}}`,
    /form that was asked for|not valid JSON/,
  ],
  // Words that are no proposal
  ["a refusal", "I'm sorry, but I can't assist with that request.", /declined/],
  ["a refusal of another kind", "As an AI, I must decline to change permissions.", /declined/],
  ["an error page", "<html><body><h1>502 Bad Gateway</h1></body></html>", /holds no JSON object/],
  ["a call of a tool", '<tool_call>{"name": "edit", "arguments": {}}</tool_call>', /form that was asked for/],
];
