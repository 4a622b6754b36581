// The AWS Encryption SDK for JavaScript with two wrapping keys. Runs under `latchkey exec`; ENDPOINT names the endpoint.
import assert from "node:assert/strict";
import { buildClient, CommitmentPolicy, KmsKeyringNode } from "@aws-crypto/client-node";
import { CreateKeyCommand, DisableKeyCommand, KMS } from "@aws-sdk/client-kms";

const endpoint = process.env.ENDPOINT;
const tag = endpoint.startsWith("https") ? "encryption-sdk-tls" : "encryption-sdk";
const kms = new KMS({ endpoint, region: "us-east-1", maxAttempts: 1 });
const clientProvider = () => kms;
const newKey = async () => (await kms.send(new CreateKeyCommand({}))).KeyMetadata.Arn;
const [generatorKeyId, second] = [await newKey(), await newKey()];

const { encrypt, decrypt } = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
const keyring = new KmsKeyringNode({ clientProvider, generatorKeyId, keyIds: [second] });
const context = { purpose: "test", tenant: "7" };
const message = Buffer.from("a message of some length ".repeat(1000));
const { result } = await encrypt(keyring, message, { encryptionContext: context });

const opened = await decrypt(keyring, result);
assert.deepEqual(Buffer.from(opened.plaintext), message);
for (const [name, value] of Object.entries(context)) assert.equal(opened.messageHeader.encryptionContext[name], value);
assert.ok(opened.messageHeader.encryptionContext["aws-crypto-public-key"], "the signing key takes part in the context");

// Either key opens it; none of the two does not.
await kms.send(new DisableKeyCommand({ KeyId: generatorKeyId }));
const bySecond = await decrypt(new KmsKeyringNode({ clientProvider, keyIds: [second] }), result);
assert.deepEqual(Buffer.from(bySecond.plaintext), message);
await assert.rejects(decrypt(new KmsKeyringNode({ clientProvider, keyIds: [await newKey()] }), result));
await assert.rejects(decrypt(new KmsKeyringNode({ clientProvider, keyIds: [generatorKeyId] }), result));
console.log(`${tag}: ok`);
