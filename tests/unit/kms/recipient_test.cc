#include <catch2/catch.hpp>

#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <memory>

#include "core/encoding.h"
#include "kms/attestation.h"
#include "kms/recipient.h"
#include "kms/wrapping.h"
#include "support/aws_test.h"

using namespace latchkey;
using latchkey::test::AwsTest;
using latchkey::test::Reply;

namespace {

// --- An enclave's side -----------------------------------------------------------------------------------------------

std::string head(int major, std::size_t argument) {
  std::string out(1, static_cast<char>(major << 5 | 25));
  out += static_cast<char>(argument >> 8 & 0xff);
  return out + static_cast<char>(argument & 0xff);
}
std::string blob(const std::string& bytes) { return head(2, bytes.size()) + bytes; }
std::string text(const std::string& bytes) { return head(3, bytes.size()) + bytes; }

std::string payload_of(const std::string& public_key) {
  std::string out = head(5, 6);
  out += text("module_id") + text("i-1-enc2");
  out += text("timestamp") + std::string("\x1b\0\0\0\0\0\0\0\1", 9);
  out += text("pcrs") + head(5, 2) + head(0, 0) + blob(std::string(48, '\x0a')) + head(0, 8) + blob(std::string(48, '\x0b'));
  out += text("cabundle") + head(4, 2) + blob("a") + blob("b");
  out += text("public_key") + (public_key.empty() ? "\xf6" : blob(public_key));
  return out + text("nonce") + "\xf6";
}

std::string document_of(const std::string& payload) {
  return "\xd2\x84" + blob("\xa1\x01\x38\x22") + "\xa0" + blob(payload) + blob(std::string(96, 's'));
}

const std::string& enclave_key() {
  static const std::string key = kms::new_wrapping_key("RSA_2048");
  return key;
}

std::string document() { return document_of(payload_of(kms::wrapping_public_key(enclave_key()))); }

std::string recipient(const std::string& document) {
  return R"("Recipient":{"KeyEncryptionAlgorithm":"RSAES_OAEP_SHA_256","AttestationDocument":")" + base64_encode(document) +
         "\"}";
}

// What the enclave makes of CiphertextForRecipient.
std::string opened(const std::string& base64) {
  const std::string der = base64_decode(base64).value_or("");
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const std::unique_ptr<CMS_ContentInfo, decltype(&CMS_ContentInfo_free)> cms(
      d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(der.size())), CMS_ContentInfo_free);
  if (!cms) return "no CMS";
  const auto* key_at = reinterpret_cast<const unsigned char*>(enclave_key().data());
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      d2i_AutoPrivateKey(nullptr, &key_at, static_cast<long>(enclave_key().size())), EVP_PKEY_free);
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> out(BIO_new(BIO_s_mem()), BIO_free_all);
  if (CMS_decrypt_set1_pkey(cms.get(), key.get(), nullptr) != 1) return "another key";
  if (CMS_decrypt(cms.get(), nullptr, nullptr, nullptr, out.get(), 0) != 1) return "no content";
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(out.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

}  // namespace

TEST_CASE("an attestation document gives its key and its registers") {
  const auto parsed = kms::parse_attestation(document());
  REQUIRE(parsed);
  CHECK(parsed->public_key == kms::wrapping_public_key(enclave_key()));
  CHECK(parsed->pcrs.at(8) == hex_encode(std::string(48, '\x0b')));
  CHECK(parsed->pcrs.size() == 2);
  CHECK(kms::parse_attestation(document().substr(1)));  // the tag is optional
  CHECK(kms::parse_attestation(document_of(payload_of("")))->public_key.empty());
}

TEST_CASE("what is no attestation document is none, wherever it breaks") {
  const std::string good = document();
  for (std::size_t size = 0; size < good.size(); ++size) CHECK_FALSE(kms::parse_attestation(good.substr(0, size)));
  CHECK_FALSE(kms::parse_attestation(good + "x"));
  CHECK_FALSE(kms::parse_attestation(document_of("")));
  CHECK_FALSE(kms::parse_attestation(document_of(std::string(200, '\x81'))));                      // arrays without an end
  CHECK_FALSE(kms::parse_attestation(document_of("\xa1\x61x" + std::string(40, '\x81') + "\x01")));  // deeper than any
  CHECK_FALSE(kms::parse_attestation(document_of("\xbb\xff\xff\xff\xff\xff\xff\xff\xff")));        // more than there is
  CHECK_FALSE(kms::parse_attestation(document_of("\xbf\xff")));                                    // of indefinite length
  // Any byte may be anything: no crash, and no undefined behaviour under the sanitizers.
  for (std::size_t at = 0; at < good.size(); at += 3) {
    for (const int bits : {0x01, 0x20, 0x80, 0xff}) {
      std::string broken = good;
      broken[at] = static_cast<char>(broken[at] ^ bits);
      (void)kms::parse_attestation(broken);
    }
  }
}

TEST_CASE("with a recipient the plaintext goes to the enclave alone") {
  AwsTest aws;
  const std::string key = aws.key();
  const auto made = aws.kms("GenerateDataKey", R"({"KeyId":")" + key + R"(","KeySpec":"AES_256",)" + recipient(document()) + "}");
  REQUIRE(made.status == 200);
  CHECK(made["Plaintext"].empty());
  CHECK(made["KeyMaterialId"].empty());
  const std::string data_key = opened(made["CiphertextForRecipient"]);
  CHECK(data_key.size() == 32);
  const std::string ciphertext = R"({"CiphertextBlob":")" + made["CiphertextBlob"] + "\"";
  CHECK(aws.kms("Decrypt", ciphertext + "}")["Plaintext"] == base64_encode(data_key));
  const auto decrypted = aws.kms("Decrypt", ciphertext + "," + recipient(document()) + "}");
  CHECK(decrypted["Plaintext"].empty());
  CHECK(decrypted["KeyMaterialId"].empty());
  CHECK(decrypted["KeyId"] == key);
  CHECK(opened(decrypted["CiphertextForRecipient"]) == data_key);
  const auto random = aws.kms("GenerateRandom", R"({"NumberOfBytes":7,)" + recipient(document()) + "}");
  CHECK(random["Plaintext"].empty());
  CHECK(opened(random["CiphertextForRecipient"]).size() == 7);
}

TEST_CASE("a recipient that cannot be understood is refused") {
  AwsTest aws;
  const auto [given, message] = GENERATE(table<std::string, std::string>({
      {"\"Recipient\":{}", "The Recipient must contain an AttestationDocument."},
      {recipient("garbage"), "The attestation document in the Recipient is malformed."},
      {recipient(document_of(payload_of(""))), "The attestation document in the Recipient has no usable RSA public key."},
      {recipient(document_of(payload_of("no key"))), "The attestation document in the Recipient has no usable RSA public key."},
      {recipient(""), "1 validation error detected: Value at 'recipient.attestationDocument' failed to satisfy constraint: Member must have length greater than or equal to 1"},
      {R"("Recipient":{"KeyEncryptionAlgorithm":"RSA"})", "1 validation error detected: Value 'RSA' at 'recipient.keyEncryptionAlgorithm' failed to satisfy constraint: Member must satisfy enum value set: [RSAES_OAEP_SHA_256]"},
  }));
  const auto refused = aws.kms("GenerateRandom", R"({"NumberOfBytes":7,)" + given + "}");
  CHECK(refused.code == "ValidationException");
  CHECK(refused.message == message);
}

TEST_CASE("a policy may bind a key to an enclave's image and registers") {
  AwsTest aws;
  const std::string image = hex_encode(std::string(48, '\x0a'));
  const std::string signer = hex_encode(std::string(48, '\x0b'));
  const auto bound = [&](const std::string& name, const std::string& condition, const std::string& value) {
    const auto user = aws.user(name, R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"*","Condition":{"StringEqualsIgnoreCase":{"kms:RecipientAttestation:)" + condition + R"(":")" + value + "\"}}}]}");
    const auto with = aws.kms("GenerateRandom", R"({"NumberOfBytes":7,)" + recipient(document()) + "}", user);
    CHECK(aws.kms("GenerateRandom", R"({"NumberOfBytes":7})", user).code == "AccessDeniedException");
    return with.status == 200;
  };
  CHECK(bound("a", "ImageSha384", image));
  CHECK(bound("b", "PCR0", image));
  CHECK(bound("c", "PCR8", signer));
  CHECK_FALSE(bound("d", "ImageSha384", signer));
  CHECK_FALSE(bound("e", "PCR1", image));
}
