const mark = (what: string) => `[redacted ${what}]`;

/** Keys and tokens by the shape that only they have; longer names first, since an earlier one hides from a later. */
const tokens: ReadonlyArray<readonly [what: string, source: string]> = [
  ["Anthropic key", "sk-ant-[A-Za-z0-9_-]{16,}"],
  ["OpenRouter key", "sk-or-[A-Za-z0-9_-]{16,}"],
  ["OpenAI key", "sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,}"],
  ["Stripe key", "(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/=]{20,}"],
  ["Google key", "AIza[0-9A-Za-z_-]{35}|ya29\\.[0-9A-Za-z_-]{20,}|GOCSPX-[0-9A-Za-z_-]{20,}"],
  ["GitHub token", "gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{22,}"],
  ["GitLab token", "gl(?:pat|dt|rt|cbt|ptt|soat)-[A-Za-z0-9_-]{20,}"],
  ["Slack token", "xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{10,}"],
  ["AWS key", "(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}"],
  ["Hugging Face token", "hf_[A-Za-z0-9]{20,}"],
  ["Groq key", "gsk_[A-Za-z0-9]{20,}"],
  ["xAI key", "xai-[A-Za-z0-9]{20,}"],
  ["Perplexity key", "pplx-[A-Za-z0-9]{20,}"],
  ["Replicate token", "r8_[A-Za-z0-9]{20,}"],
  ["npm token", "npm_[A-Za-z0-9]{30,}"],
  ["PyPI token", "pypi-[A-Za-z0-9_-]{30,}"],
  ["SendGrid key", "SG\\.[A-Za-z0-9_-]{16,}\\.[A-Za-z0-9_-]{16,}"],
  ["DigitalOcean token", "do[opr]_v1_[a-f0-9]{32,}"],
  ["Telegram token", "\\d{8,10}:AA[A-Za-z0-9_-]{30,}"],
  ["Linear key", "lin_(?:api|oauth)_[A-Za-z0-9]{20,}"],
  ["Tailscale key", "tskey-[a-z]+-[A-Za-z0-9-]{16,}"],
  ["age key", "AGE-SECRET-KEY-1[A-Z0-9]{40,}"],
  ["token", "eyJ[A-Za-z0-9_-]{8,}\\.eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]*"],
];

const notWord = "(?<![A-Za-z0-9_-])";
const standing = (source: string, flags: string) =>
  new RegExp(`${notWord}(?:${source})(?![A-Za-z0-9])`, flags);
const tokenShapes = tokens.map(([what, source]) => ({ what, pattern: standing(source, "g") }));
/** Nearly every text has none, and to look once for all of them takes a tenth of the time. */
const anyToken = standing(tokens.map(([, source]) => source).join("|"), "");

/** What is told by what stands around it. */
const otherShapes: ReadonlyArray<{ readonly pattern: RegExp; readonly replacement: string }> = [
  {
    pattern: /https:\/\/hooks\.slack\.com\/(?:services|workflows)\/[A-Za-z0-9/_-]+/g,
    replacement: mark("Slack webhook"),
  },
  {
    pattern:
      /\b(Bearer|Basic|Token)(\s+)(?!\[redacted)(?=[A-Za-z0-9._~+/-]*[0-9=])[A-Za-z0-9._~+/-]{16,}=*/gi,
    replacement: `$1$2${mark("token")}`,
  },
  {
    pattern: /\b([a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/?#@"'<>]{0,200}:)(?!\[redacted)[^\s/@"'<>]{1,200}@/gi,
    replacement: `$1${mark("password")}@`,
  },
];

const privateKey =
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|$)/g;

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
  let clean = text.replace(privateKey, mark("private key"));
  if (anyToken.test(clean))
    for (const { what, pattern } of tokenShapes) clean = clean.replace(pattern, mark(what));
  for (const { pattern, replacement } of otherShapes) clean = clean.replace(pattern, replacement);
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
