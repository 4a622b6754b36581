// The tutorial's administration through the AWS SDK for JavaScript v3. Runs under `latchkey exec`; ENDPOINT names the
// endpoint (HTTP or HTTPS, with verification on).
import assert from "node:assert/strict";
import { IAMClient, CreateUserCommand, CreateAccessKeyCommand, PutUserPolicyCommand, GetUserPolicyCommand,
         ListAccessKeysCommand, CreateRoleCommand, PutRolePolicyCommand, paginateListUsers } from "@aws-sdk/client-iam";
import { KMSClient, CreateKeyCommand, CreateAliasCommand, DescribeKeyCommand, EncryptCommand, DecryptCommand,
         DisableKeyCommand, GenerateDataKeyCommand } from "@aws-sdk/client-kms";
import { STSClient, GetCallerIdentityCommand, AssumeRoleCommand } from "@aws-sdk/client-sts";

const endpoint = process.env.ENDPOINT;
const options = (credentials) => ({ endpoint, region: "us-east-1", maxAttempts: 1, ...(credentials ? { credentials } : {}) });
const kms = new KMSClient(options()), iam = new IAMClient(options()), sts = new STSClient(options());
const tag = endpoint.startsWith("https") ? "js-tls" : "js";

const { Account, Arn } = await sts.send(new GetCallerIdentityCommand({}));
assert.equal(Arn, `arn:aws:iam::${Account}:root`);
const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Description: "qe tutorial" }));
assert.ok(KeyMetadata.CreationDate instanceof Date);
await kms.send(new CreateAliasCommand({ AliasName: `alias/qe-${tag}`, TargetKeyId: KeyMetadata.KeyId }));
assert.equal((await kms.send(new DescribeKeyCommand({ KeyId: `alias/qe-${tag}` }))).KeyMetadata.Arn, KeyMetadata.Arn);

await iam.send(new CreateUserCommand({ UserName: tag }));
const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: tag }));
const keys = await iam.send(new ListAccessKeysCommand({ UserName: tag }));
assert.equal(keys.AccessKeyMetadata[0].SecretAccessKey, undefined);
const minimum = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: ["kms:Encrypt", "kms:Decrypt"], Resource: KeyMetadata.Arn }] };
await iam.send(new PutUserPolicyCommand({ UserName: tag, PolicyName: "minimum", PolicyDocument: JSON.stringify(minimum) }));
const read = await iam.send(new GetUserPolicyCommand({ UserName: tag, PolicyName: "minimum" }));
assert.deepEqual(JSON.parse(decodeURIComponent(read.PolicyDocument)), minimum);
const users = [];
for await (const page of paginateListUsers({ client: iam, pageSize: 1 }, {})) users.push(...page.Users);
assert.ok(users.some((user) => user.UserName === tag));

const credentials = { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey };
const app = new KMSClient(options(credentials));
const Plaintext = new TextEncoder().encode("a data key");
const sealed = await app.send(new EncryptCommand({ KeyId: KeyMetadata.Arn, Plaintext }));
const opened = await app.send(new DecryptCommand({ CiphertextBlob: sealed.CiphertextBlob }));
assert.deepEqual(Buffer.from(opened.Plaintext), Buffer.from(Plaintext));
await Promise.all(Array.from({ length: 50 }, () => app.send(new EncryptCommand({ KeyId: KeyMetadata.Arn, Plaintext }))));
await assert.rejects(app.send(new DisableKeyCommand({ KeyId: KeyMetadata.Arn })), { name: "AccessDeniedException",
  message: `User: arn:aws:iam::${Account}:user/${tag} is not authorized to perform: kms:DisableKey on resource: ${KeyMetadata.Arn} because no identity-based policy allows the kms:DisableKey action` });
await assert.rejects(app.send(new GenerateDataKeyCommand({ KeyId: KeyMetadata.Arn, KeySpec: "AES_256" })), { name: "AccessDeniedException" });
await assert.rejects(new IAMClient(options(credentials)).send(new CreateUserCommand({ UserName: "x" })), { name: "AccessDenied" });
const wrong = new KMSClient(options({ ...credentials, secretAccessKey: "wrong" }));
await assert.rejects(wrong.send(new EncryptCommand({ KeyId: KeyMetadata.Arn, Plaintext })), { name: "InvalidSignatureException" });

const trust = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${Account}:user/${tag}` }, Action: "sts:AssumeRole" }] };
const { Role } = await iam.send(new CreateRoleCommand({ RoleName: tag, AssumeRolePolicyDocument: JSON.stringify(trust) }));
await iam.send(new PutRolePolicyCommand({ RoleName: tag, PolicyName: "minimum", PolicyDocument: JSON.stringify(minimum) }));
const session = (await new STSClient(options(credentials)).send(new AssumeRoleCommand({ RoleArn: Role.Arn, RoleSessionName: "s1" }))).Credentials;
const asRole = new KMSClient(options({ accessKeyId: session.AccessKeyId, secretAccessKey: session.SecretAccessKey, sessionToken: session.SessionToken }));
const again = await asRole.send(new DecryptCommand({ CiphertextBlob: sealed.CiphertextBlob }));
assert.deepEqual(Buffer.from(again.Plaintext), Buffer.from(Plaintext));
console.log(`AWS SDK for JavaScript v3 over ${endpoint.split(":")[0]}: passed`);
