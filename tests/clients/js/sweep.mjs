// Runs a file of steps (one operation after the other, with what each must answer) through the AWS SDK for JavaScript v3:
//   node sweep.mjs kms STEPS.json
// Runs under `latchkey exec`; ENDPOINT names the endpoint. Every operation that the SDK knows must occur in the steps.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

const [service, file] = process.argv.slice(2);
const sdk = await import(`@aws-sdk/client-${service}`);
const endpoint = process.env.ENDPOINT;
const client = new sdk[`${service.toUpperCase()}Client`]({ endpoint, region: "us-east-1", maxAttempts: 1 });

const blobs = new Set(["Plaintext", "CiphertextBlob", "Message", "Signature", "Mac", "PublicKey", "ImportToken",
                       "EncryptedKeyMaterial"]);
// The SDK calls IAM's errors by their shapes, which have a word more than their codes.
const bare = (name) => name.replace(/Exception$/, "");
const withBlobs = (given) => Object.fromEntries(Object.entries(given).map(
    ([name, value]) => [name, blobs.has(name) ? Buffer.from(value, "base64") : value]));
const plain = (value) => value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value;
const at = (answer, path) => plain(path.split(".").reduce((value, step) => value?.[step], answer));
const filled = (value, variables) => JSON.parse(JSON.stringify(value, (_, text) =>
    typeof text === "string" ? text.replace(/\$\{(\w+)\}/g, (_, name) => variables[name]) : text));

const directory = mkdtempSync(join(tmpdir(), "sweep-"));
const tag = endpoint.startsWith("https") ? "js-tls" : "js";
const sts = new STSClient({ endpoint, region: "us-east-1", maxAttempts: 1 });
const { Account: account } = await sts.send(new GetCallerIdentityCommand({}));
const variables = { tag, account, dir: directory };
const steps = JSON.parse(readFileSync(file, "utf8"));
let done = 0, passedOver = 0;
try {
  for (const step of steps) {
    if (step.run) {
      variables[step.save] = execFileSync("sh", ["-c", step.run], { env: { ...process.env, ...variables } }).toString();
      continue;
    }
    const Command = sdk[`${step.call}Command`];
    if (!Command) { ++passedOver; continue; }
    const call = client.send(new Command(withBlobs(filled(step.in, variables))));
    ++done;
    if (step.error) {
      await assert.rejects(call, (error) => bare(error.name) === bare(step.error), `${step.call} must be refused with ${step.error}`);
      continue;
    }
    const answer = await call;
    for (const [path, wanted] of Object.entries(filled(step.out ?? {}, variables))) {
      assert.deepEqual(at(answer, path), wanted, `${step.call}: ${path}`);
    }
    for (const [name, path] of Object.entries(step.save ?? {})) variables[name] = at(answer, path);
  }
} finally {
  rmSync(directory, { recursive: true });
}
const known = Object.keys(sdk).filter((name) => /^[A-Z].*Command$/.test(name) && name !== "$Command").map((name) => name.slice(0, -7));
const missing = known.filter((name) => !steps.some((step) => step.call === name));
assert.deepEqual(missing, [], "the steps lack operations");
console.log(`${tag}: ${done} calls of ${known.length} ${service} operations ok, ${passedOver} unknown to this client`);
