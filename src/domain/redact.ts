const mark = (what: string) => `[redacted ${what}]`;

/** A shape that only secrets have. */
interface Shape {
  readonly what: string;
  readonly pattern: RegExp;
  /** What is put in its place; the whole match by default. */
  readonly replace?: string;
}

const notWord = "(?<![A-Za-z0-9_-])";
const token = (source: string) => new RegExp(`${notWord}(?:${source})(?![A-Za-z0-9])`, "g");

/** Longest and most certain first: what an earlier one has replaced, a later one does not see. */
const shapes: readonly Shape[] = [
  {
    what: "private key",
    pattern:
      /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|$)/g,
  },
  { what: "Anthropic key", pattern: token("sk-ant-[A-Za-z0-9_-]{16,}") },
  { what: "OpenRouter key", pattern: token("sk-or-[A-Za-z0-9_-]{16,}") },
  { what: "OpenAI key", pattern: token("sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,}") },
  {
    what: "Stripe key",
    pattern: token("(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/=]{20,}"),
  },
  {
    what: "Google key",
    pattern: token("AIza[0-9A-Za-z_-]{35}|ya29\\.[0-9A-Za-z_-]{20,}|GOCSPX-[0-9A-Za-z_-]{20,}"),
  },
  {
    what: "GitHub token",
    pattern: token("gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{22,}"),
  },
  { what: "GitLab token", pattern: token("gl(?:pat|dt|rt|cbt|ptt|soat)-[A-Za-z0-9_-]{20,}") },
  {
    what: "Slack token",
    pattern: token("xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{10,}"),
  },
  { what: "Slack webhook", pattern: /https:\/\/hooks\.slack\.com\/(?:services|workflows)\/[A-Za-z0-9/_-]+/g },
  { what: "AWS key", pattern: token("(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}") },
  { what: "Hugging Face token", pattern: token("hf_[A-Za-z0-9]{20,}") },
  { what: "Groq key", pattern: token("gsk_[A-Za-z0-9]{20,}") },
  { what: "xAI key", pattern: token("xai-[A-Za-z0-9]{20,}") },
  { what: "Perplexity key", pattern: token("pplx-[A-Za-z0-9]{20,}") },
  { what: "Replicate token", pattern: token("r8_[A-Za-z0-9]{20,}") },
  { what: "npm token", pattern: token("npm_[A-Za-z0-9]{30,}") },
  { what: "PyPI token", pattern: token("pypi-[A-Za-z0-9_-]{30,}") },
  { what: "SendGrid key", pattern: token("SG\\.[A-Za-z0-9_-]{16,}\\.[A-Za-z0-9_-]{16,}") },
  { what: "DigitalOcean token", pattern: token("do[opr]_v1_[a-f0-9]{32,}") },
  { what: "Telegram token", pattern: token("\\d{8,10}:AA[A-Za-z0-9_-]{30,}") },
  { what: "Linear key", pattern: token("lin_(?:api|oauth)_[A-Za-z0-9]{20,}") },
  { what: "Tailscale key", pattern: token("tskey-[a-z]+-[A-Za-z0-9-]{16,}") },
  { what: "age key", pattern: token("AGE-SECRET-KEY-1[A-Z0-9]{40,}") },
  { what: "token", pattern: token("eyJ[A-Za-z0-9_-]{8,}\\.eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]*") },
  {
    what: "token",
    pattern:
      /\b(Bearer|Basic|Token)(\s+)(?!\[redacted)(?=[A-Za-z0-9._~+/-]*[0-9=])[A-Za-z0-9._~+/-]{16,}=*/gi,
    replace: `$1$2${mark("token")}`,
  },
  {
    what: "password",
    pattern: /\b([a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/?#@"'<>]{0,200}:)(?!\[redacted)[^\s/@"'<>]{1,200}@/gi,
    replace: `$1${mark("password")}@`,
  },
];

/** The last word of a name that holds a secret; `tokens` and `max_tokens` count something and hold none. */
const secretName =
  "(?:[A-Za-z0-9]{1,40}[_.-]){0,6}?(?:[A-Za-z0-9]{0,40}?(?:password|passwd|passphrase|secret|credentials?|apikey|authtoken|accesstoken)|(?:api|access|auth|private|secret|signing|encryption|client|service|account|session|master)[_-]?(?:key|token|secret)|pwd|token)(?:[_-](?:key|id|value|base64|b64))?";
const quotedValue = `"(?:[^"\\\\\\n]|\\\\.){1,4096}"|'(?:[^'\\\\\\n]|\\\\.){1,4096}'`;
const assignment = new RegExp(
  `(?<![A-Za-z0-9])(["']?)(${secretName})\\1([ \\t]*(?:=|:|=>|:=)[ \\t]*)(${quotedValue}|[^\\s"',;)}\\]]{1,4096})`,
  "gi",
);
/** What stands where a secret would and is none: a variable, a placeholder, a truth value, a type, a plain word. */
const harmless =
  /^(?:\$|%[A-Z_]+%|<|\{|\[|\*+$|\.\.\.|…|x{3,}$|(?:null|none|undefined|true|false|yes|no|string|number|required|optional|your[-_ ].*|process\.env.*|os\.environ.*|env[.[(].*|changeme|example|placeholder|secret|password|token)$)/i;

/**
 * The text without what looks like a secret: keys of well-known providers, bearer tokens, private keys, passwords in
 * addresses, and values of names such as `API_KEY`. Addresses for mail stay. What has no shape and no telling name is
 * not found: this lowers a risk, and is no proof that a text holds no secret.
 */
export function redact(text: string): string {
  let clean = text;
  for (const { what, pattern, replace = mark(what) } of shapes) clean = clean.replace(pattern, replace);
  return clean.replace(assignment, (whole, quote: string, name: string, sign: string, value: string) =>
    isSecret(value, sign) ? `${quote}${name}${quote}${sign}${requoted(value)}` : whole,
  );
}

/** In prose, "password: the guest forgot it" says nothing secret; a value of one bare word without a digit is prose. */
function isSecret(value: string, sign: string): boolean {
  const isQuoted = /^["']/.test(value);
  const bare = isQuoted ? value.slice(1, -1) : value;
  if (harmless.test(bare) || bare.includes("[redacted")) return false;
  if (/\s/.test(bare) && !/\d/.test(bare)) return false;
  if (!isQuoted && sign.trim() === ":") return bare.length >= 8 && /\d/.test(bare);
  return bare.length >= 4;
}

function requoted(value: string): string {
  const quote = /^["']/.exec(value)?.[0] ?? "";
  return `${quote}${mark("value")}${quote}`;
}
