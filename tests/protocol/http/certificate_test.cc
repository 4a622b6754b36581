// The CA's files, and certificates that strict clients accept.
#include "http/certificate.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "http/authority_files.h"
#include "http/names.h"
#include "http/x509.h"
#include "support/folder.h"

namespace latchkey::http::test {
namespace {

namespace fs = std::filesystem;
using latchkey::test::Folder;

std::string read(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

void write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

unsigned mode_of(const fs::path& path) {
  struct stat status {};
  ::stat(path.c_str(), &status);
  return status.st_mode & 0777u;
}

X509Ptr default_leaf(Certificates& certificates) {
  X509* leaf = SSL_CTX_get0_certificate(certificates.context());
  X509_up_ref(leaf);
  return X509Ptr(leaf);
}

TEST_CASE("a CA is made once in its directory, the key readable by its owner alone") {
  Folder folder;
  const fs::path directory = folder.path() / "made" / "too";
  std::string first;
  {
    Certificates made(directory.string());
    CHECK(made.ca_path() == (directory / "ca.pem").string());
    first = made.ca_pem();
  }
  CHECK(read(directory / "ca.pem") == first);
  CHECK(mode_of(directory / "ca.pem") == 0644);
  CHECK(mode_of(directory / "ca-key.pem") == 0600);
  CHECK(Certificates(directory.string()).ca_pem() == first);
  CHECK(std::distance(fs::directory_iterator(directory), {}) == 2);
}

TEST_CASE("a CA without a directory leaves no key and nothing behind") {
  fs::path path;
  {
    Certificates temporary{std::string()};
    path = temporary.ca_path();
    CHECK(read(path) == temporary.ca_pem());
    CHECK(mode_of(path.parent_path()) == 0700);
    CHECK(std::distance(fs::directory_iterator(path.parent_path()), {}) == 1);
    Certificates other{std::string()};
    CHECK(other.ca_path() != temporary.ca_path());
    CHECK(other.ca_pem() != temporary.ca_pem());
  }
  CHECK_FALSE(fs::exists(path.parent_path()));
}

TEST_CASE("an expired CA is made anew") {
  Folder folder;
  Authority old = make_authority();
  X509_gmtime_adj(X509_getm_notAfter(old.certificate.get()), -60);
  X509_sign(old.certificate.get(), old.key.get(), EVP_sha256());
  write(folder.path() / "ca.pem", to_pem(old.certificate.get()));
  write(folder.path() / "ca-key.pem", to_pem(old.key.get()));
  Certificates made(folder.path().string());
  CHECK(made.ca_pem() != to_pem(old.certificate.get()));
  CHECK(Certificates(folder.path().string()).ca_pem() == made.ca_pem());
}

TEST_CASE("a key alone, as an interrupted start leaves it, is replaced") {
  Folder folder;
  write(folder.path() / "ca-key.pem", "half a k");
  const std::string made = Certificates(folder.path().string()).ca_pem();
  CHECK(Certificates(folder.path().string()).ca_pem() == made);
}

TEST_CASE("a CA that is there and cannot be used is an error and is left alone") {
  Folder folder;
  const std::string path = (folder.path() / "ca.pem").string();
  const std::string key_path = (folder.path() / "ca-key.pem").string();
  const Authority good = make_authority();
  const Authority other = make_authority();
  const X509Ptr leaf = issue_leaf(good, good.key.get(), {"DNS:localhost"});
  const std::string pem = to_pem(good.certificate.get());
  const std::string key = to_pem(good.key.get());
  using Row = std::tuple<std::string, std::string, std::string>;
  const std::vector<Row> rows{
      {"rubbish", key, path + " is not a PEM certificate"},
      {"", key, path + " is not a PEM certificate"},
      {key, key, path + " is not a PEM certificate"},
      {pem.substr(0, pem.size() / 2), key, path + " is not a PEM certificate"},
      {pem, "rubbish", key_path + " is not a PEM private key"},
      {pem, pem, key_path + " is not a PEM private key"},
      {pem, to_pem(other.key.get()), path + " is not a CA certificate of " + key_path},
      {to_pem(leaf.get()), key, path + " is not a CA certificate of " + key_path},
  };
  for (const auto& [certificate, private_key, text] : rows) {
    write(path, certificate);
    write(key_path, private_key);
    CHECK_THROWS_WITH(Certificates(folder.path().string()), text);
    CHECK(read(path) == certificate);
    CHECK(read(key_path) == private_key);
  }
  fs::remove(key_path);
  CHECK_THROWS_WITH(Certificates(folder.path().string()),
                    "cannot read " + key_path + ": No such file or directory");
}

TEST_CASE("a pair that was made here needs not be parsed at the start, unless a byte of it is another one") {
  Folder folder;
  const fs::path path = folder.path() / "ca.pem", key_path = folder.path() / "ca-key.pem";
  CHECK_FALSE(authority_is_ours(folder.path()));
  const Authority made = load_or_make_authority(folder.path());
  CHECK(authority_is_ours(folder.path()));
  const std::string certificate = read(path), key = read(key_path);
  const std::size_t date = key.find_first_of("0123456789"), hash = key.find("SHA-256 ") + 8;
  for (const std::size_t at : {std::size_t{0}, date, hash, key.find('\n') + 40, key.size() - 1}) {
    std::string changed = key;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    write(key_path, changed);
    CHECK_FALSE(authority_is_ours(folder.path()));
  }
  for (const std::string& other : {std::string(), std::string("no line"), to_pem(made.key.get())}) {
    write(key_path, other);
    CHECK_FALSE(authority_is_ours(folder.path()));
  }
  write(key_path, key);
  write(path, to_pem(make_authority().certificate.get()));
  CHECK_FALSE(authority_is_ours(folder.path()));
  CHECK_THROWS(Certificates(folder.path().string()));
  write(path, certificate);
  CHECK(authority_is_ours(folder.path()));
  CHECK(Certificates(folder.path().string()).ca_pem() == certificate);
}

TEST_CASE("a CA whose key has a password is refused instead of asking for it") {
  Folder folder;
  const Authority good = make_authority();
  const BioPtr bio(BIO_new(BIO_s_mem()));
  std::string password = "secret";
  PEM_write_bio_PrivateKey(bio.get(), good.key.get(), EVP_aes_128_cbc(), nullptr, 0, nullptr,
                           password.data());
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  write(folder.path() / "ca.pem", to_pem(good.certificate.get()));
  write(folder.path() / "ca-key.pem", std::string(data, static_cast<std::size_t>(size)));
  CHECK_THROWS_WITH(Certificates(folder.path().string()), Catch::EndsWith("is not a PEM private key"));
}

TEST_CASE("a directory that cannot be made is an error of one line") {
  Folder folder;
  write(folder.path() / "file", "");
  CHECK_THROWS_WITH(Certificates((folder.path() / "file" / "ca").string()),
                    Catch::StartsWith("cannot open ") && !Catch::Contains("\n"));
}

TEST_CASE("emulators that start at the same time on one directory share one CA") {
  Folder folder;
  std::vector<std::string> pems(8);
  std::vector<std::thread> threads;
  for (std::string& pem : pems) {
    threads.emplace_back([&] { pem = Certificates(folder.path().string()).ca_pem(); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& pem : pems) CHECK(pem == pems.front());
}

TEST_CASE("the CA may sign certificates and nothing else") {
  Certificates made{std::string()};
  const X509Ptr ca = certificate_from_pem(made.ca_pem());
  REQUIRE(ca);
  CHECK(X509_get_extension_flags(ca.get()) & EXFLAG_CA);
  CHECK(X509_get_key_usage(ca.get()) == (KU_KEY_CERT_SIGN | KU_CRL_SIGN));
  CHECK(X509_get0_subject_key_id(ca.get()) != nullptr);
  int days = 0;
  int seconds = 0;
  ASN1_TIME_diff(&days, &seconds, nullptr, X509_get0_notAfter(ca.get()));
  CHECK(days >= 3649);
}

TEST_CASE("a leaf is for servers, of the length and age that clients allow") {
  Certificates made{std::string()};
  const X509Ptr ca = certificate_from_pem(made.ca_pem());
  const X509Ptr leaf = default_leaf(made);
  CHECK(X509_verify(leaf.get(), X509_get0_pubkey(ca.get())) == 1);
  CHECK(X509_check_issued(ca.get(), leaf.get()) == X509_V_OK);
  CHECK_FALSE(X509_get_extension_flags(leaf.get()) & EXFLAG_CA);
  CHECK(X509_get_key_usage(leaf.get()) == KU_DIGITAL_SIGNATURE);
  CHECK(X509_get_extended_key_usage(leaf.get()) == XKU_SSL_SERVER);
  CHECK(X509_get0_authority_key_id(leaf.get()) != nullptr);
  int days = 0;
  int seconds = 0;
  ASN1_TIME_diff(&days, &seconds, X509_get0_notBefore(leaf.get()), X509_get0_notAfter(leaf.get()));
  CHECK(days < 398);
  ASN1_TIME_diff(&days, &seconds, X509_get0_notBefore(leaf.get()), nullptr);
  CHECK(days * 86'400 + seconds >= 3'600);
  const X509Ptr other = issue_leaf(make_authority(), X509_get0_pubkey(leaf.get()), {"DNS:a"});
  CHECK(ASN1_INTEGER_cmp(X509_get_serialNumber(leaf.get()), X509_get_serialNumber(other.get())) != 0);
}

TEST_CASE("a leaf does not outlive its CA") {
  Authority authority = make_authority();
  X509_gmtime_adj(X509_getm_notAfter(authority.certificate.get()), 3'600);
  X509_sign(authority.certificate.get(), authority.key.get(), EVP_sha256());
  const EvpKeyPtr key = make_key();
  const X509Ptr leaf = issue_leaf(authority, key.get(), {"DNS:localhost"});
  CHECK(ASN1_TIME_compare(X509_get0_notAfter(leaf.get()), X509_get0_notAfter(authority.certificate.get())) ==
        0);
}

TEST_CASE("names are told apart by whole labels") {
  CHECK(aws_name("kms.us-east-1.amazonaws.com"));
  CHECK(aws_name("a." + std::string(63, 'b') + ".amazonaws.com"));
  CHECK_FALSE(aws_name(".amazonaws.com"));
  CHECK_FALSE(aws_name("amazonaws.com"));
  CHECK_FALSE(aws_name("xamazonaws.com"));
  CHECK_FALSE(aws_name("kms.amazonaws.com."));
  CHECK_FALSE(aws_name("*.amazonaws.com"));
  CHECK_FALSE(aws_name("a,IP:10.0.0.1.amazonaws.com"));
  CHECK_FALSE(aws_name(std::string(64, 'b') + ".amazonaws.com"));
  std::string long_name;
  while (long_name.size() < 250) long_name += "label.";
  CHECK_FALSE(aws_name(long_name + "amazonaws.com"));
  CHECK(local_name("a.b.localhost"));
  CHECK_FALSE(local_name("xlocalhost"));
  CHECK_FALSE(local_name(".localhost"));
  CHECK_FALSE(local_name("localhost.example.com"));
  CHECK_FALSE(local_name("0.0.0.0"));
}

}  // namespace
}  // namespace latchkey::http::test
