import { expect, test } from "vitest";
import type { ModelRequest } from "../../src/models/contract.ts";
import type { ProviderName } from "../../src/models/index.ts";
import type { Reply } from "../support/providers/model-server.ts";
import { aModelAt, aPlace, aRequest, secret } from "./model.ts";

const now = { "retry-after": "0" };

/** How every model fails: what may pass is tried again, what may not is explained. */
export function promisesOnFailure(provider: ProviderName): void {
  /** The error that the user sees, and how often the server was asked. */
  async function failureOn(
    script: Reply | ((asked: unknown, count: number) => Reply),
    changes: Partial<ModelRequest> = {},
  ) {
    await using place = await aPlace(provider, script);
    const error = await place.model.complete(aRequest(changes)).then(
      (answer) => expect.unreachable(`It answered: ${answer.text}`),
      (reason: Error) => reason,
    );
    return { code: undefined, ...error, message: error.message, asked: place.server.asked.length };
  }

  test.each<[what: string, Reply]>([
    ["overload", { status: 529, headers: now }],
    ["a rate limit", { status: 429, headers: now }],
    ["an error of the server", { status: 500, headers: now }],
    ["a gateway's error page", { status: 502, headers: now, body: "<html>Bad gateway</html>" }],
    ["a connection cut in the middle of an answer", { cut: "I am about to" }],
    ["an error in the middle of an answer", { broken: "I am", message: "Overloaded" }],
  ])("tries again after %s", async (_, reply) => {
    await using place = await aPlace(provider, (_, count) => (count === 0 ? reply : "At last."));
    expect(await place.model.complete(aRequest())).toMatchObject({ text: "At last.", stop: "end" });
    expect(place.server.asked).toHaveLength(2);
  });

  test.each([400, 401, 403, 404, 413])("does not ask again after a %d", async (status) => {
    const { code, asked } = await failureOn({ status, headers: now });
    expect({ code, asked }).toEqual({ code: "unavailable", asked: 1 });
  });

  test("names the models there are, the nearest first, when the one asked for is missing", async () => {
    await using place = await aPlace(provider, "", { models: ["zebra", "sone-model", "some-model-2"] });
    const ask = place.model.complete(aRequest());
    await expect(ask).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(/no model "some-model"\. .*: sone-model, some-model-2, zebra\.$/),
    });
  });

  test("says how to get in when its server lets nobody in, and never the key", async () => {
    await using place = await aPlace(provider, () => {
      const { authorization } = place.server.received.at(-1)!.headers;
      return { status: 401, message: `No: ${authorization}`, headers: now };
    });
    const error = await place.model.complete(aRequest()).catch((reason: Error) => reason);
    expect(error).toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(
        /does not accept the key in [A-Z]+_API_KEY \(HTTP 401: "No: Bearer \*\*\*"\)\. Correct it|wants a key \(.*\)\. Sign in with: ollama signin/,
      ),
    });
    expect(JSON.stringify(error)).not.toContain(secret);
  });

  test("quotes what its provider says against a request, on one line and harmless", async () => {
    const message = `temperature:\n\u001b[31m must be low\u202e${"!".repeat(500)}`;
    const error = await failureOn({ status: 400, message });
    expect(error).toMatchObject({ code: "unavailable", details: { reason: "rejected", status: 400 } });
    expect(error.message).toContain('(HTTP 400: "temperature: �[31m must be low�!!!');
    expect(error.message).toMatch(/…"\)\. Correct what it names, or name another model\.$/);
    expect(error.message.length).toBeLessThan(500);
  });

  test("says that a request was too long for it", async () => {
    const message = "prompt is too long: 250000 tokens > 200000 maximum context length";
    expect((await failureOn({ status: 400, message })).message).toMatch(
      /^The request is too long for some-model .* Use a model with a longer context/,
    );
  });

  test("gives up on a server that is overloaded for longer than there is time", async () => {
    const reply = { status: 529, message: "Overloaded", headers: { "retry-after": "30" } };
    const { code, message, asked } = await failureOn(reply);
    expect({ code, asked }).toEqual({ code: "unavailable", asked: 1 });
    expect(message).toContain('overloaded until the time ran out (HTTP 529: "Overloaded")');
  });

  test.each([
    ["a number of seconds", "7200"],
    ["a date", new Date(Date.now() + 7_200_000).toUTCString()],
  ])("does not wait for a limit that ends too late, and says when it does: %s", async (_, after) => {
    const reply = { status: 429, message: "Limit reached", headers: { "retry-after": after } };
    const { asked, message } = await failureOn(reply);
    expect(asked).toBe(1);
    expect(message).toMatch(/takes no more requests until \d{4}-\d\d-\d\d \d\d:\d\d UTC .*"Limit reached"/);
  });

  test("passes on when a limit is said to reset", async () => {
    const { asked, message } = await failureOn({ status: 429, message: "Your limit resets at 5pm (Europe)" });
    expect(asked).toBe(1);
    expect(message).toContain('no more requests (HTTP 429: "Your limit resets at 5pm (Europe)")');
  });

  test.each<[what: string, Reply]>([
    ["breaks off each time", { cut: "I am about to" }],
    ["fails each time", { status: 500, headers: now }],
    ["sends nothing but headers each time", { raw: "" }],
  ])("gives up on a server that %s, before that costs much", async (_, reply) => {
    const { code, message, asked } = await failureOn(reply);
    expect({ code, asked }).toEqual({ code: "unavailable", asked: 3 });
    expect(message).toContain("failed each time it was asked");
  });

  test.each<[what: string, Reply]>([
    ["drips word after word", { drip: "and " }],
    ["says nothing", { silent: true }],
  ])("ends a server that %s beyond its time", async (_, reply) => {
    const { code, message } = await failureOn(reply, { timeoutMs: 300 });
    expect(code).toBe("unavailable");
    expect(message).toContain("did not finish its answer within 0.3 s");
  });

  test.each<[what: string, Reply]>([
    ["a page of a proxy", { raw: "<html><title>Log in</title></html>", type: "text/html" }],
    ["anything else", { raw: 'data: {"hello": \n\n' }],
    ["another protocol", { raw: '{"hello":"world"}\n', type: "application/json" }],
  ])("says that its address is wrong when it is answered with %s", async (_, reply) => {
    const { code, message, asked } = await failureOn(reply);
    expect({ code, asked }).toEqual({ code: "unavailable", asked: 1 });
    expect(message).toMatch(/^What answers at http:\S+ is no [\w-]+ server .*Correct /);
  });

  test("follows a redirect nowhere, because it would take the key along", async () => {
    await using other = await aPlace(provider);
    const location = `${other.server.url}/elsewhere`;
    const { message } = await failureOn({ status: 307, headers: { location } });
    expect(message).toContain(`moved to ${location}`);
    expect(other.server.received).toEqual([]);
  });

  test("takes an answer without a word for none", async () => {
    const { code, message, asked } = await failureOn({ text: " \n", thinking: "Hm." });
    expect({ code, asked }).toEqual({ code: "unavailable", asked: 1 });
    expect(message).toMatch(/^some-model answered with nothing\./);
  });

  test.each<[what: string, Reply]>([
    ["a line", { raw: "x".repeat(100_000), endless: true }],
    ["lines", { raw: `: ${"x".repeat(100_000)}\n\n`, endless: true }],
  ])("does not fill the memory with %s without end", async (_, reply) => {
    const before = process.memoryUsage().rss;
    expect((await failureOn(reply)).code).toBe("unavailable");
    expect(process.memoryUsage().rss - before).toBeLessThan(400_000_000);
  });

  test("stops at once when the user interrupts, and hangs up", async () => {
    await using place = await aPlace(provider, { drip: "and " });
    const interrupt = new AbortController();
    const ask = place.model.complete(aRequest({ signal: interrupt.signal, onText: () => interrupt.abort() }));
    await expect(ask).rejects.toMatchObject({ code: "interrupted" });
    await place.server.received[0]!.over;
  });

  test("stops when the user interrupts while it waits to try again", async () => {
    const interrupt = new AbortController();
    const busy = (): Reply => {
      setTimeout(() => interrupt.abort(), 50);
      return { status: 529, headers: { "retry-after": "10" } };
    };
    const { code, asked } = await failureOn(busy, { signal: interrupt.signal });
    expect({ code, asked }).toEqual({ code: "interrupted", asked: 1 });
  });

  test("asks nothing once the user has interrupted", async () => {
    const { code, asked } = await failureOn("Hello.", { signal: AbortSignal.abort() });
    expect({ code, asked }).toEqual({ code: "interrupted", asked: 0 });
  });

  test("passes on what goes wrong with whoever listens, and hangs up", async () => {
    await using place = await aPlace(provider, { drip: "and " });
    const onText = () => {
      throw new RangeError("no room");
    };
    await expect(place.model.complete(aRequest({ onText }))).rejects.toThrow(RangeError);
    await place.server.received[0]!.over;
  });

  test("refuses an address that is none", () => {
    expect(() => aModelAt(provider, "ftp://somewhere")).toThrow(
      /"ftp:\/\/somewhere" is not an address of a server\. Correct propose\.baseUrls\./,
    );
  });
}
