// What every stack's checks are counted with.
let [passed, failed] = [0, 0];

/** Runs one check: it fails where `test` throws. */
export async function check(name, test) {
  try {
    await test();
    passed += 1;
    console.log(`ok   ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${name}: ${error.stack ?? error}`);
  }
}

export function expect(condition, message) {
  if (!condition) throw new Error(message);
}

/** The closing line, and how the process ends. */
export function finish() {
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 && passed > 0 ? 0 : 1);
}

/** What a library complains about, in the order in which it does. */
export function complaints() {
  const heard = [];
  for (const level of ['warn', 'error']) console[level] = (...words) => heard.push(words.join(' '));
  return heard;
}
