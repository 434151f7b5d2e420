import { describe, expect, test } from "vitest";
import { nearestValues, readKnob, turnKnob } from "../../src/proposers/knobs.ts";

describe("a knob", () => {
  test.each([
    ["numbers, however they are written", '{"a": 9e-1, "b" :0.9}', "b", 0.7, '{"a": 9e-1, "b" :0.7}'],
    [
      "truth values among others alike",
      '{"a":true,"b":{"c":true}, "d":true}',
      "b.c",
      false,
      '{"a":true,"b":{"c":false}, "d":true}',
    ],
    ["text that reads like its own key", '{"mode": "mode"}', "mode", 'say "no"', '{"mode": "say \\"no\\""}'],
    ["a place in a list", '[{"w": 1}, {"w": 1}]', "1.w", 2, '[{"w": 1}, {"w": 2}]'],
    ["the last of two alike, the one that counts", '{"a": 1, "a": 1}', "a", 2, '{"a": 1, "a": 2}'],
    [
      "layout and line endings",
      '{\r\n\t"a" : -1.50 ,\r\n\t"b": []\r\n}',
      "a",
      3,
      '{\r\n\t"a" : 3 ,\r\n\t"b": []\r\n}',
    ],
  ])("is turned in the text: %s", (_, text, path, value, expected) => {
    expect(turnKnob({ file: "settings.json", text, path }, value)).toBe(expected);
  });

  test.each([
    ["a missing key", "{}", "a"],
    ["an inherited one", "{}", "constructor.name"],
    ["a whole section", '{"a": {}}', "a"],
    ["null", '{"a": null}', "a"],
    ["a text in the way", '{"a": "b"}', "a.length"],
    ["no JSON at all", "a: 1", "a"],
  ])("cannot be %s", (_, text, path) => {
    const knob = () => readKnob({ file: "settings.json", text, path });
    expect(knob).toThrow(expect.objectContaining({ code: "invalid" }));
    expect(knob).toThrow(/^settings\.json /);
  });

  test.each([
    ["its neighbours first", [1, 2, 3, 4, 5], 3, true, [4, 2, 5, 1]],
    ["downward first if told so", [1, 2, 3, 4, 5], 3, false, [2, 4, 1, 5]],
    ["those around a number that is not listed", [1, 2, 4, 8], 3, true, [4, 2, 8, 1]],
    ["choices in their order if the present one is not listed", ["a", "b", "c"], "x", false, ["a", "b", "c"]],
    ["the other of two", [false, true], false, true, [true]],
  ])("offers %s", (_, values, present, upward, expected) => {
    expect(nearestValues(values, present, upward)).toEqual(expected);
  });
});
