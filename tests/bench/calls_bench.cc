// What calls cost in process, without a socket: a signed request in, an answer out, in one thread; and beside each the
// OpenSSL primitive that it cannot do without. Processor time, so that other programs take nothing from it.
#include <openssl/evp.h>
#include <openssl/ec.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include <array>
#include <memory>

#include "bench/repeated.h"

namespace {

using namespace latchkey;
using namespace latchkey::test;
using namespace latchkey::bench;

// A least-privilege policy of ten statements: the last one is the one that counts.
std::string ten_statements(const std::string& key) {
  std::string out = R"({"Version":"2012-10-17","Statement":[)";
  for (int i = 0; i < 9; ++i) {
    out += R"({"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::bucket)" +
           std::to_string(i) + R"(/*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"blue"}}},)";
  }
  return out + R"({"Effect":"Allow","Action":["kms:Encrypt","kms:Decrypt"],"Resource":")" + key + "\"}]}";
}

void who_asks(AwsTest& aws, const std::string& key) {
  const Caller user = aws.user("app", ten_statements(key));
  const Caller nobody = aws.user("nobody");
  const auto print = [](const char* name, const Cost& cost) {
    std::printf("%-44s %8.2f us %7.1f allocations\n", name, cost.microseconds, cost.allocations);
  };
  print("Encrypt by root", cost_of(Repeated(aws, "Encrypt", encrypt_input(key))));
  print("Encrypt by a user with ten statements", cost_of(Repeated(aws, "Encrypt", encrypt_input(key), user)));
  print("Encrypt denied", cost_of(Repeated(aws, "Encrypt", encrypt_input(key), nobody, 400)));
}

// --- The bare primitives ---

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
using PrivateKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

constexpr std::size_t kPlaintext = 96;

std::function<void()> bare_cipher(bool encrypt) {
  const auto context = std::make_shared<CipherContext>(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  const auto cipher = std::shared_ptr<EVP_CIPHER>(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr), EVP_CIPHER_free);
  return [=] {
    std::array<unsigned char, 32> key{};
    std::array<unsigned char, 12> nonce{};
    std::array<unsigned char, kPlaintext + 16> buffer{};
    int size = 0;
    if (encrypt) RAND_bytes(nonce.data(), static_cast<int>(nonce.size()));
    EVP_CipherInit_ex2(context->get(), cipher.get(), key.data(), nonce.data(), encrypt ? 1 : 0, nullptr);
    EVP_CipherUpdate(context->get(), buffer.data(), &size, buffer.data(), kPlaintext);
    EVP_CipherFinal_ex(context->get(), buffer.data(), &size);
  };
}

std::function<void()> bare_data_key() {
  return [seal = bare_cipher(true)] {
    std::array<unsigned char, kPlaintext> key{};
    RAND_bytes(key.data(), static_cast<int>(key.size()));
    seal();
  };
}

std::function<void()> bare_signature(EVP_PKEY* made) {
  const std::shared_ptr<EVP_PKEY> key(made, EVP_PKEY_free);
  return [key] {
    const DigestContext context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    std::array<unsigned char, 512> signature{};
    std::size_t size = signature.size();
    EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get());
    EVP_DigestSign(context.get(), signature.data(), &size, signature.data(), kPlaintext);
  };
}

std::function<void()> bare_mac() {
  return [] {
    std::array<unsigned char, 32> key{};
    std::array<unsigned char, kPlaintext> message{};
    std::array<unsigned char, 64> mac{};
    std::size_t size = 0;
    EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, key.data(), key.size(), message.data(), message.size(),
              mac.data(), mac.size(), &size);
  };
}

void compare(const char* name, const std::function<void()>& call, const std::function<void()>& bare) {
  const Cost whole = cost_of(call);
  const Cost least = cost_of(bare);
  std::printf("%-24s %10.2f us %12.2f us %8.2f\n", name, whole.microseconds, least.microseconds,
              whole.microseconds / least.microseconds);
}

void primitives(AwsTest& aws, const std::string& key) {
  std::printf("\n%-24s %13s %15s %8s\n", "in process", "Latchkey", "bare OpenSSL", "ratio");
  const Repeated encrypt(aws, "Encrypt", encrypt_input(key));
  compare("Encrypt", encrypt, bare_cipher(true));
  const std::string blob = member(encrypt.answer(), "CiphertextBlob");
  compare("Decrypt", Repeated(aws, "Decrypt", R"({"CiphertextBlob":")" + blob + "\"}"), bare_cipher(false));
  compare("GenerateDataKey", Repeated(aws, "GenerateDataKey", R"({"NumberOfBytes":96,"KeyId":")" + key + "\"}"),
          bare_data_key());
  const std::string message = R"(","Message":"eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg=",)";
  const std::string curve = aws.key(R"({"KeySpec":"ECC_NIST_P256","KeyUsage":"SIGN_VERIFY"})");
  compare("Sign P-256",
          Repeated(aws, "Sign", R"({"KeyId":")" + curve + message + R"("SigningAlgorithm":"ECDSA_SHA_256"})"),
          bare_signature(EVP_EC_gen("P-256")));
  const std::string rsa = aws.key(R"({"KeySpec":"RSA_2048","KeyUsage":"SIGN_VERIFY"})");
  compare("Sign RSA-2048",
          Repeated(aws, "Sign",
                   R"({"KeyId":")" + rsa + message + R"("SigningAlgorithm":"RSASSA_PKCS1_V1_5_SHA_256"})"),
          bare_signature(EVP_RSA_gen(2048)));
  const std::string mac = aws.key(R"({"KeySpec":"HMAC_256","KeyUsage":"GENERATE_VERIFY_MAC"})");
  compare("GenerateMac",
          Repeated(aws, "GenerateMac", R"({"KeyId":")" + mac + message + R"("MacAlgorithm":"HMAC_SHA_256"})"),
          bare_mac());
}

}  // namespace

// calls_bench encrypt: only Encrypt.
int main(int argc, char*[]) {
  AwsTest aws(Settings{}, LogLevel::error);
  const std::string key = aws.key();
  who_asks(aws, key);
  if (argc == 1) primitives(aws, key);
}
