// libmongocrypt as a driver uses it, without a MongoDB server: its state machine, with the key vault in
// memory and KMS over TLS.
#pragma once

#include <bson/bson.h>
extern "C" {  // this header of libmongocrypt does not say so itself
#include <mongocrypt.h>
}

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::clients {

using Bytes = std::vector<std::uint8_t>;  // a BSON document
using KeyVault = std::vector<Bytes>;

// KMS has answered, and not with success; or what it answered is of no use. The message is libmongocrypt's,
// with KMS's body.
struct KmsRefusal : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct KmsAccess {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  // may be empty
  std::string ca_file;
};

struct MasterKey {
  std::string region;
  std::string key;       // ARN
  std::string endpoint;  // "127.0.0.1:4566"
};

// One instance of the library, with its own cache of data keys. Errors are exceptions: KmsRefusal or
// std::runtime_error.
class Crypt {
 public:
  explicit Crypt(KmsAccess access);

  // A new data key, encrypted by KMS under the master key: a document for the key vault.
  Bytes create_data_key(const MasterKey& master);
  // {"v": value} to {"v": encrypted}, with the key that has the id.
  Bytes encrypt(const KeyVault& vault, const Bytes& key_id, std::string_view algorithm, const Bytes& value);
  Bytes decrypt(const KeyVault& vault, const Bytes& value);
  // Every data key of the vault decrypted and encrypted anew: what changed, as {"v": [documents]}.
  Bytes rewrap(const KeyVault& vault, const MasterKey& master);

  // How many KMS requests have been made.
  int kms_requests() const { return kms_requests_; }

 private:
  using Context = std::unique_ptr<mongocrypt_ctx_t, decltype(&mongocrypt_ctx_destroy)>;
  Context new_context();
  void require(bool ok, const Context& context);
  Bytes drive(const Context& context, const KeyVault& vault);
  void feed_keys(const Context& context, const KeyVault& vault);
  void ask_kms(const Context& context);
  void answer_one(mongocrypt_kms_ctx_t* request);

  KmsAccess access_;
  std::unique_ptr<mongocrypt_t, decltype(&mongocrypt_destroy)> crypt_;
  int kms_requests_ = 0;
};

// --- BSON
// ------------------------------------------------------------------------------------------------------------

Bytes to_bytes(const bson_t& document);
// {"v": text}
Bytes text_document(std::string_view text);
// The text at "v"; throws std::runtime_error if there is none.
std::string text_in(const Bytes& document);
// The 16 bytes of a key document's _id.
Bytes id_of(const Bytes& key_document);
// A document as extended JSON.
std::string to_json(const Bytes& document);

}  // namespace latchkey::clients
