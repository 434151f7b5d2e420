import { describe, expect, test } from "vitest";
import { redact } from "../../src/domain/redact.ts";

// Made up, and put together here so that no scanner takes this file for a leak.
const body = "abcDEF0123456789ghiJKL9876543210mnoPQR";
const secrets: [what: string, text: string, secret: string][] = [
  ["Anthropic", `key sk-ant-api03-${body} here`, `sk-ant-api03-${body}`],
  ["OpenAI", `sk-proj-${body}`, body],
  ["old OpenAI", `OPENAI: sk-${body}`, body],
  ["OpenRouter", `sk-or-v1-${body}`, body],
  ["Stripe", `charge with sk_live_${body}`, body],
  ["Google", `?key=AIza${body.slice(0, 35)}`, body.slice(0, 35)],
  ["GitHub", `git clone https://ghp_${body}@github.com/a/b`, body],
  ["a fine-grained GitHub token", `github_pat_11AA${body}`, body],
  ["GitLab", `glpat-${body}`, body],
  ["Slack", `xoxb-1234567890-${body}`, body],
  ["a Slack webhook", `https://hooks.slack.com/services/T00/B00/${body}`, body],
  ["AWS", "AKIAABCDEFGHIJKLMNOP", "AKIAABCDEFGHIJKLMNOP"],
  ["an AWS secret", `aws_secret_access_key = ${body}/x+y`, body],
  ["Hugging Face", `hf_${body}`, body],
  ["Groq", `gsk_${body}`, body],
  ["npm", `//packages.example/:_authToken=npm_${body}`, body],
  ["SendGrid", `SG.${body.slice(0, 22)}.${body}`, body],
  ["Telegram", `123456789:AA${body}`, body],
  ["a JSON web token", `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.${body}`, body],
  ["a bearer token", `curl -H 'Authorization: Bearer ${body}'`, body],
  ["basic authentication", "Authorization: Basic dXNlcjpwYXNzd29yZDEyMzQ=", "dXNlcjpwYXNzd29yZDEyMzQ="],
  ["a password in an address", "postgres://app:hunter22@db.internal:5432/x", "hunter22"],
  ["a password of many signs", "https://me:p%40ss-w0rd!@example.com", "p%40ss-w0rd!"],
  ["an environment file", 'DB_PASSWORD="correct horse 1 battery"', "correct horse 1 battery"],
  ["an exported variable", "export STRIPE_API_KEY=abcd1234", "abcd1234"],
  ["YAML", "client_secret: 9f8e7d6c5b4a", "9f8e7d6c5b4a"],
  ["JSON", '{"apiKey": "tiny99", "a": 1}', "tiny99"],
  ["a password without digits", 'password = "hunter"', "hunter"],
  ["a private key", `-----BEGIN RSA PRIVATE KEY-----\n${body}\n${body}\n-----END RSA PRIVATE KEY-----`, body],
  ["a private key that is cut off", `-----BEGIN OPENSSH PRIVATE KEY-----\n${body}`, body],
];

const harmless = [
  "Write to anna@example.com or ben.b@mail.example.org about the invoice.",
  "The password: the guest forgot it, so reset it.",
  "Reset your password at https://example.com/reset?user=anna.",
  "max_tokens: 4096, tokens: 12000, promptTokens = 24000",
  "API_KEY=$MY_KEY and API_KEY=${MY_KEY} and token: process.env.TOKEN",
  'password: "<your password>"',
  "commit 4b825dc642cb6eb9a060e54bf8d69288fbee4904 by the bot",
  "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
  "Visit https://example.com:8080/a@b and ssh git@github.com:org/repo.git",
  "The secret of good soup is time.",
  "keyboard: qwerty, monkey = banana, tokenizer: wordpiece2000",
  "sk-learn is a library; the task-force-of-twenty-people-met",
  "- billing: invoice, refund\n- secret handling: never print it",
  "basic understanding of authentication, bearer of good news",
];

describe("what is sent to a model or kept of an exchange", () => {
  test.each(secrets)("holds no secret of this kind: %s", (_, text, secret) => {
    expect(redact(text)).not.toContain(secret);
    expect(redact(text)).toContain("[redacted ");
  });

  test.each(harmless)("stays as it is where it is none: %s", (text) => {
    expect(redact(text)).toBe(text);
  });

  test("keeps what stands around a secret, so that the text can still be understood", () => {
    expect(redact("postgres://app:hunter22@db.internal/x")).toBe(
      "postgres://app:[redacted password]@db.internal/x",
    );
    expect(redact('{"apiKey": "tiny99", "a": 1}')).toBe('{"apiKey": "[redacted value]", "a": 1}');
  });

  test("does not change when it is redacted again", () => {
    for (const [, text] of secrets) expect(redact(redact(text))).toBe(redact(text));
  });
});
