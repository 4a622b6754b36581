// A ciphertext blob. None that comes from outside opens.
#include "kms/ciphertext.h"
#include "core/encoding.h"
#include "core/random.h"
#include "target.h"

using namespace latchkey;
using fuzz::require;

FUZZ_TARGET(ciphertext) {
  KeyMaterial material;
  material.id = std::string(64, 'a');
  material.bytes = Secret(std::string(32, 'k'));
  const Members context{{"purpose", "fuzzing"}};
  (void)kms::looks_like_aws_blob(input);
  if (const auto id = kms::material_id(input)) require(id->size() == 64, "a material's id has 64 digits");
  require(!kms::open(material, context, input), "what was not sealed does not open");

  // The input as plaintext comes back, and as a change it does not.
  Random random(1);
  if (input.size() > 4096) return;
  std::string blob = kms::seal(material, context, input, random);
  require(blob.size() == input.size() + kms::kCiphertextOverhead, "the overhead is AWS's");
  require(kms::open(material, context, blob) == input, "what was sealed opens");
  require(!kms::open(material, {}, blob), "only with its context");
  if (input.empty()) return;
  const auto first = static_cast<unsigned char>(input.front());
  const std::size_t place = input.size() * 31 % blob.size();
  blob[place] = static_cast<char>(blob[place] ^ (first == 0 ? 1 : first));
  require(!kms::open(material, context, blob), "and unchanged");
}
