// The application of MongoDB's Queryable Encryption tutorial, without a MongoDB server: creates a data key
// under a customer master key, encrypts with it, and decrypts with a fresh instance of libmongocrypt that
// knows nothing but the key vault.
//
// Credentials come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, as in any AWS
// application.
#include <cstdlib>
#include <iostream>

#include "scenarios/clients/crypt.h"

namespace {

using namespace latchkey::clients;

constexpr std::string_view kSecret =
    "457-55-5462";  // a patient's social security number, as the tutorial has it

struct Options {
  MasterKey master{"us-east-1", "", ""};
  KmsAccess access;
  std::string expected_failure;
  bool failure_expected = false;
  bool rewrap = false;
};

struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

Options read_options(const std::vector<std::string>& words) {
  Options options;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--rewrap") {
      options.rewrap = true;
      continue;
    }
    if (i + 1 == words.size())
      throw UsageError(
          "usage: latchkey_qe_client --key-arn ARN --endpoint HOST:PORT --ca FILE "
          "[--region NAME] [--rewrap] [--expect-failure TEXT]");
    const std::string& name = words[i];
    const std::string& value = words[++i];
    if (name == "--key-arn")
      options.master.key = value;
    else if (name == "--endpoint")
      options.master.endpoint = value;
    else if (name == "--region")
      options.master.region = value;
    else if (name == "--ca")
      options.access.ca_file = value;
    else if (name == "--expect-failure") {
      options.expected_failure = value;
      options.failure_expected = true;
    } else {
      throw UsageError("unknown option " + name);
    }
  }
  options.access.access_key_id = variable("AWS_ACCESS_KEY_ID");
  options.access.secret_access_key = variable("AWS_SECRET_ACCESS_KEY");
  options.access.session_token = variable("AWS_SESSION_TOKEN");
  if (options.master.key.empty() || options.master.endpoint.empty() || options.access.ca_file.empty()) {
    throw UsageError("--key-arn, --endpoint and --ca are needed");
  }
  return options;
}

void check(bool as_it_should_be, const std::string& what) {
  if (!as_it_should_be) throw std::runtime_error(what);
}

// A data key is in the cache of the instance that has used it; a fresh one must ask KMS.
void decrypt_afresh(const Options& options, const KeyVault& vault, const std::vector<Bytes>& encrypted) {
  Crypt fresh(options.access);
  for (const Bytes& value : encrypted) {
    check(text_in(fresh.decrypt(vault, value)) == kSecret, "what was decrypted is not what was encrypted");
  }
  check(fresh.kms_requests() == 1, "a fresh instance must ask KMS once");
  std::cout << "a fresh instance decrypts " << encrypted.size() << " values after 1 kms:Decrypt: " << kSecret
            << "\n";
}

// What rewrapManyDataKey would write back: the new master key and key material go into the document.
Bytes updated(const Bytes& key_document, const Bytes& rewrapped) {
  bson_t old_view;
  bson_t new_view;
  check(bson_init_static(&old_view, key_document.data(), key_document.size()) &&
            bson_init_static(&new_view, rewrapped.data(), rewrapped.size()),
        "not a BSON document");
  bson_iter_t root;
  bson_iter_t material;
  bson_iter_t master;
  check(bson_iter_init(&root, &new_view) && bson_iter_find_descendant(&root, "v.0.keyMaterial", &material) &&
            bson_iter_init(&root, &new_view) && bson_iter_find_descendant(&root, "v.0.masterKey", &master),
        "libmongocrypt has rewrapped nothing");
  bson_t out;
  bson_init(&out);
  bson_copy_to_excluding_noinit(&old_view, &out, "keyMaterial", "masterKey", nullptr);
  bson_append_iter(&out, "keyMaterial", -1, &material);
  bson_append_iter(&out, "masterKey", -1, &master);
  Bytes bytes = to_bytes(out);
  bson_destroy(&out);
  return bytes;
}

void run(const Options& options) {
  Crypt crypt(options.access);
  KeyVault vault = {crypt.create_data_key(options.master)};
  std::cout << "data key made with kms:Encrypt, key vault document: " << to_json(vault[0]) << "\n";
  const Bytes key_id = id_of(vault[0]);
  std::vector<Bytes> encrypted;
  for (const std::string_view algorithm :
       {MONGOCRYPT_ALGORITHM_RANDOM_STR, MONGOCRYPT_ALGORITHM_DETERMINISTIC_STR,
        MONGOCRYPT_ALGORITHM_UNINDEXED_STR}) {
    encrypted.push_back(crypt.encrypt(vault, key_id, algorithm, text_document(kSecret)));
    const std::string shown = to_json(encrypted.back());
    check(shown.find(kSecret) == std::string::npos, "the value is not encrypted");
    std::cout << "encrypted with " << algorithm << ": " << shown << "\n";
  }
  const Bytes again =
      crypt.encrypt(vault, key_id, MONGOCRYPT_ALGORITHM_DETERMINISTIC_STR, text_document(kSecret));
  check(again == encrypted[1], "deterministic encryption must give the same bytes");
  decrypt_afresh(options, vault, encrypted);
  if (!options.rewrap) return;
  vault[0] = updated(vault[0], Crypt(options.access).rewrap(vault, options.master));
  std::cout << "data key rewrapped\n";
  decrypt_afresh(options, vault, encrypted);
}

int fail(const std::string& reason) {
  std::cerr << "latchkey_qe_client: " << reason << "\n";
  return 1;
}

// Success is that KMS refuses for the right reason.
int run_expecting_failure(const Options& options) {
  try {
    run(options);
  } catch (const KmsRefusal& refusal) {
    std::cout << "KMS refuses: " << refusal.what() << "\n";
    const bool right =
        std::string_view(refusal.what()).find(options.expected_failure) != std::string_view::npos;
    return right ? 0 : fail("the refusal does not say '" + options.expected_failure + "'");
  }
  return fail("KMS should have refused");
}

}  // namespace

int main(int argc, char* argv[]) {
  try {
    const Options options = read_options({argv + 1, argv + argc});
    if (options.failure_expected) return run_expecting_failure(options);
    run(options);
    std::cout << "all is well\n";
    return 0;
  } catch (const UsageError& error) {
    fail(error.what());
    return 2;
  } catch (const std::exception& error) {
    return fail(error.what());
  }
}
