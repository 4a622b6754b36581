#include "kms/ed25519ph.h"

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <stdexcept>

#include "core/octets.h"

namespace latchkey::kms {
namespace {

constexpr std::size_t kBytes = 32;

void check(bool done) {
  if (!done) throw std::runtime_error("big number arithmetic failed");
}

// A number with value semantics; secrets pass through, so it is wiped.
class Number {
 public:
  Number() : number_(BN_new()) { check(number_ != nullptr); }
  explicit Number(unsigned long word) : Number() { check(BN_set_word(number_, word) == 1); }
  Number(const Number& other) : number_(BN_dup(other.number_)) { check(number_ != nullptr); }
  Number& operator=(const Number& other) {
    check(BN_copy(number_, other.number_) != nullptr);
    return *this;
  }
  ~Number() { BN_clear_free(number_); }

  static Number hex(const char* text) {
    Number out;
    check(BN_hex2bn(&out.number_, text) != 0);
    return out;
  }
  static Number little_endian(std::string_view bytes) {
    Number out;
    check(BN_lebin2bn(octets(bytes), static_cast<int>(bytes.size()),
                      out.number_) != nullptr);
    return out;
  }
  std::string little_endian() const {
    std::string out(kBytes, '\0');
    check(BN_bn2lebinpad(number_, octets(out), static_cast<int>(kBytes)) >=
          0);
    return out;
  }
  BIGNUM* get() const { return number_; }

 private:
  BIGNUM* number_;
};

// Arithmetic modulo a prime.
class Field {
 public:
  explicit Field(Number modulus) : modulus_(std::move(modulus)), context_(BN_CTX_new(), BN_CTX_free) {}

  Number add(const Number& a, const Number& b) const {
    Number out;
    check(BN_mod_add(out.get(), a.get(), b.get(), modulus_.get(), context_.get()) == 1);
    return out;
  }
  Number sub(const Number& a, const Number& b) const {
    Number out;
    check(BN_mod_sub(out.get(), a.get(), b.get(), modulus_.get(), context_.get()) == 1);
    return out;
  }
  Number mul(const Number& a, const Number& b) const {
    Number out;
    check(BN_mod_mul(out.get(), a.get(), b.get(), modulus_.get(), context_.get()) == 1);
    return out;
  }
  Number inverse(const Number& a) const {
    Number out;
    check(BN_mod_inverse(out.get(), a.get(), modulus_.get(), context_.get()) != nullptr);
    return out;
  }
  Number reduce(const Number& a) const {
    Number out;
    check(BN_nnmod(out.get(), a.get(), modulus_.get(), context_.get()) == 1);
    return out;
  }
  const Number& modulus() const { return modulus_; }

 private:
  Number modulus_;
  std::unique_ptr<BN_CTX, decltype(&BN_CTX_free)> context_;
};

// The curve -x^2 + y^2 = 1 + d x^2 y^2 and its base point, RFC 8032 section 5.1.
struct Curve {
  Field p{Number::hex("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed")};
  Field order{Number::hex("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed")};
  Number twice_d =
      p.mul(Number(2), Number::hex("52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3"));
  Number base_x = Number::hex("216936d3cd6e53fec0a4e231fdd6dc5c692cc7609525a7b2c9562d608f25d51a");
  Number base_y = Number::hex("6666666666666666666666666666666666666666666666666666666666666658");
};

struct Point {
  Number x, y, z, t;  // extended homogeneous coordinates
};

// RFC 8032, section 5.1.4; it also doubles.
Point add(const Curve& curve, const Point& a, const Point& b) {
  const Field& f = curve.p;
  const Number first = f.mul(f.sub(a.y, a.x), f.sub(b.y, b.x));
  const Number second = f.mul(f.add(a.y, a.x), f.add(b.y, b.x));
  const Number third = f.mul(f.mul(a.t, curve.twice_d), b.t);
  const Number fourth = f.mul(f.add(a.z, a.z), b.z);
  const Number e = f.sub(second, first);
  const Number g = f.sub(fourth, third);
  const Number h = f.add(fourth, third);
  const Number i = f.add(second, first);
  return {f.mul(e, g), f.mul(h, i), f.mul(g, h), f.mul(e, i)};
}

// The encoding of scalar times the base point.
std::string base_times(const Curve& curve, const Number& scalar) {
  const Field& f = curve.p;
  Point sum{Number(0), Number(1), Number(1), Number(0)};
  const Point base{curve.base_x, curve.base_y, Number(1), f.mul(curve.base_x, curve.base_y)};
  for (int bit = BN_num_bits(scalar.get()) - 1; bit >= 0; --bit) {
    sum = add(curve, sum, sum);
    if (BN_is_bit_set(scalar.get(), bit)) sum = add(curve, sum, base);
  }
  const Number inverse = f.inverse(sum.z);
  std::string out = f.mul(sum.y, inverse).little_endian();
  if (BN_is_odd(f.mul(sum.x, inverse).get())) out.back() = static_cast<char>(out.back() | 0x80);
  return out;
}

std::string sha512(std::string_view bytes) {
  std::string out(SHA512_DIGEST_LENGTH, '\0');
  SHA512(octets(bytes), bytes.size(), octets(out));
  return out;
}

struct Secrets {
  Number scalar;
  std::string prefix;
  std::string public_key;
};

Secrets secrets_of(const PrivateKey& key) {
  std::string seed(kBytes, '\0');
  std::string public_key(kBytes, '\0');
  std::size_t length = kBytes;
  check(EVP_PKEY_get_raw_private_key(key.get(), octets(seed), &length) == 1);
  length = kBytes;
  check(EVP_PKEY_get_raw_public_key(key.get(), octets(public_key),
                                    &length) == 1);
  std::string hash = sha512(seed);
  hash[0] = static_cast<char>(hash[0] & 0xf8);
  hash[31] = static_cast<char>((hash[31] & 0x7f) | 0x40);
  return {Number::little_endian(std::string_view(hash).substr(0, kBytes)), hash.substr(kBytes),
          std::move(public_key)};
}

// SHA-512 of dom2(1, "") and what follows, as a scalar.
Number hash_to_scalar(const Curve& curve, std::string_view rest) {
  std::string input = "SigEd25519 no Ed25519 collisions";
  input += std::string("\x01\x00", 2);
  input += rest;
  return curve.order.reduce(Number::little_endian(sha512(input)));
}

}  // namespace

std::string ed25519ph_sign(const PrivateKey& key, std::string_view digest) {
  const Curve curve;
  const Secrets secrets = secrets_of(key);
  const Number r = hash_to_scalar(curve, secrets.prefix + std::string(digest));
  const std::string point = base_times(curve, r);
  const Number k = hash_to_scalar(curve, point + secrets.public_key + std::string(digest));
  return point + curve.order.add(r, curve.order.mul(k, secrets.scalar)).little_endian();
}

bool ed25519ph_verify(const PrivateKey& key, std::string_view digest, std::string_view signature) {
  if (signature.size() != 2 * kBytes) return false;
  const Curve curve;
  const Number s = Number::little_endian(signature.substr(kBytes));
  if (BN_cmp(s.get(), curve.order.modulus().get()) >= 0) return false;
  const Secrets secrets = secrets_of(key);
  const std::string point(signature.substr(0, kBytes));
  const Number k = hash_to_scalar(curve, point + secrets.public_key + std::string(digest));
  // S B = R + k A. KMS holds the private key a, and A = a B, so R must be (S - k a) B.
  return base_times(curve, curve.order.sub(s, curve.order.mul(k, secrets.scalar))) == point;
}

}  // namespace latchkey::kms
