// The role's credentials through the SDK's providers of instance metadata and container credentials.
// Runs under `latchkey exec --credentials role:qe-role --fixture ...`.
import assert from "node:assert/strict";
import { fromContainerMetadata, fromInstanceMetadata, fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

const endpoint = process.env.LATCHKEY_URL;
assert.equal(process.env.AWS_ACCESS_KEY_ID, undefined);
const who = async (credentials) =>
    (await new STSClient({ endpoint, region: "us-east-1", credentials }).send(new GetCallerIdentityCommand({}))).Arn;
assert.match(await who(fromInstanceMetadata()), /:assumed-role\/qe-role\//);
process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI = `${endpoint}/_latchkey/credentials/qe-role`;
assert.match(await who(fromContainerMetadata()), /:assumed-role\/qe-role\//);
const root = { accessKeyId: "test", secretAccessKey: "test" };
const RoleArn = "arn:aws:iam::000000000000:role/second";
const assumed = fromTemporaryCredentials({ masterCredentials: root, params: { RoleArn, RoleSessionName: "js" },
                                           clientConfig: { endpoint, region: "us-east-1" } });
assert.equal(await who(assumed), "arn:aws:sts::000000000000:assumed-role/second/js");
console.log("the JavaScript SDK with a role from instance metadata, container and AssumeRole: ok");
