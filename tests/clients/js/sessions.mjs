// Credentials that end while a program runs: the SDK's providers get new ones when the emulator's clock has passed their end.
// Then IAM's waiters and paginators. Runs under `latchkey exec --fixture fixtures/examples/role.json --credentials role:qe-role`.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromContainerMetadata, fromInstanceMetadata, fromTemporaryCredentials, fromTokenFile } from "@aws-sdk/credential-providers";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import * as sdk from "@aws-sdk/client-iam";

const endpoint = process.env.LATCHKEY_URL;
const root = { accessKeyId: "test", secretAccessKey: "test" };
const clientConfig = { endpoint, region: "us-east-1" };
const control = async (method, path, body) =>
    (await fetch(endpoint + path, { method, body: JSON.stringify(body) })).json().catch(() => ({}));
const client = (credentials) => new STSClient({ ...clientConfig, credentials, maxAttempts: 1 });
const who = async (sts) => (await sts.send(new GetCallerIdentityCommand({}))).Arn;

// The emulator's time such that what it makes for so many seconds ends in two minutes of real time: the SDK then asks for new
// credentials before each use, while old ones work until the emulator's clock is moved.
const frozenBefore = (seconds) =>
    control("PUT", "/_latchkey/clock", { freeze: new Date(Date.now() - (seconds - 120) * 1000).toISOString().slice(0, 19) + "Z" });

async function survives(name, credentials, seconds, beforeSecond = () => {}) {
  const sts = client(credentials);
  const used = await sts.config.credentials();
  const first = { accessKeyId: used.accessKeyId, secretAccessKey: used.secretAccessKey, sessionToken: used.sessionToken };
  const arn = await who(sts);
  await control("PUT", "/_latchkey/clock", { advance: `PT${seconds}S` });
  await assert.rejects(who(client(first)), (error) => error.name.startsWith("ExpiredToken"), `${name}: the first have ended`);
  await beforeSecond();
  assert.equal(await who(sts), arn, `${name}: the same session after its end`);
  assert.notEqual((await sts.config.credentials()).accessKeyId, first.accessKeyId, `${name}: new credentials`);
}

await frozenBefore(3600);
await survives("fromTemporaryCredentials", fromTemporaryCredentials({
  masterCredentials: root, params: { RoleArn: "arn:aws:iam::000000000000:role/second", RoleSessionName: "js" }, clientConfig }), 3600);

const iam = new sdk.IAMClient({ ...clientConfig, credentials: root, maxAttempts: 1 });
const issuer = "https://idp.example.com";
const { OpenIDConnectProviderArn } = await iam.send(new sdk.CreateOpenIDConnectProviderCommand({ Url: issuer, ClientIDList: ["app"] }));
const trust = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: { Federated: OpenIDConnectProviderArn },
                Action: "sts:AssumeRoleWithWebIdentity", Condition: { StringEquals: { "idp.example.com:sub": "pod" } } }] };
const { Role } = await iam.send(new sdk.CreateRoleCommand({ RoleName: "pod", AssumeRolePolicyDocument: JSON.stringify(trust) }));
const directory = mkdtempSync(join(tmpdir(), "sessions-"));
try {
  const webIdentityTokenFile = join(directory, "token");
  const writeToken = async () => writeFileSync(webIdentityTokenFile,
      (await control("POST", "/_latchkey/oidc/tokens", { issuer, claims: { sub: "pod", aud: "app" } })).token);
  await frozenBefore(3600);
  await writeToken();
  await survives("fromTokenFile", fromTokenFile({ webIdentityTokenFile, roleArn: Role.Arn, roleSessionName: "js", clientConfig }), 3600, writeToken);
} finally {
  rmSync(directory, { recursive: true });
}

await frozenBefore(6 * 3600);
await survives("fromInstanceMetadata", fromInstanceMetadata(), 6 * 3600);
process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI = `${endpoint}/_latchkey/credentials/qe-role`;
await frozenBefore(6 * 3600);
await survives("fromContainerMetadata", fromContainerMetadata(), 6 * 3600);
await control("PUT", "/_latchkey/clock", { release: true });

const allow = JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "kms:ListKeys", Resource: "*" }] });
const waiting = { client: iam, maxWaitTime: 5, minDelay: 1, maxDelay: 1 };
await iam.send(new sdk.CreateUserCommand({ UserName: "w" }));
await iam.send(new sdk.CreateRoleCommand({ RoleName: "w", AssumeRolePolicyDocument: JSON.stringify(trust) }));
await iam.send(new sdk.CreateInstanceProfileCommand({ InstanceProfileName: "w" }));
const { Policy } = await iam.send(new sdk.CreatePolicyCommand({ PolicyName: "w", PolicyDocument: allow }));
const waiters = Object.keys(sdk).filter((name) => name.startsWith("waitUntil"));
const waited = { User: { UserName: "w" }, Role: { RoleName: "w" }, InstanceProfile: { InstanceProfileName: "w" }, Policy: { PolicyArn: Policy.Arn } };
for (const name of waiters) assert.equal((await sdk[name](waiting, waited[name.slice(9, -6)])).state, "SUCCESS", name);
assert.equal(waiters.length, 4);

await iam.send(new sdk.PutUserPolicyCommand({ UserName: "w", PolicyName: "p", PolicyDocument: allow }));
await iam.send(new sdk.AttachUserPolicyCommand({ UserName: "w", PolicyArn: Policy.Arn }));
let pages = 0;
const walk = async (name, given, pageSize) => {
  const items = [];
  for await (const page of sdk[name]({ client: iam, ...(pageSize ? { pageSize } : {}) }, given)) {
    const here = Object.values(page).filter(Array.isArray).flat();
    if (pageSize) { assert.ok(here.length <= pageSize, `${name}: a page of ${pageSize}`); ++pages; }
    items.push(...here);
  }
  return items;
};
const walks = { paginateListUsers: {}, paginateListRoles: {}, paginateListPolicies: { Scope: "Local" }, paginateListInstanceProfiles: {},
                paginateListUserPolicies: { UserName: "w" }, paginateListAttachedUserPolicies: { UserName: "w" },
                paginateListEntitiesForPolicy: { PolicyArn: Policy.Arn }, paginateListPolicyVersions: { PolicyArn: Policy.Arn } };
for (const [name, given] of Object.entries(walks)) {
  const whole = await walk(name, given);
  assert.ok(whole.length > 0, name);
  assert.deepEqual(await walk(name, given, 1), whole, name);
}
console.log(`AWS SDK for JavaScript v3: credentials refreshed in four ways, ${waiters.length} waiters, ${Object.keys(walks).length} paginators in ${pages} pages of one: ok`);
