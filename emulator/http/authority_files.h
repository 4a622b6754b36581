// The CA's two files: ca.pem, which clients trust, and ca-key.pem, which nobody else reads.
#pragma once

#include <filesystem>

#include "http/x509.h"

namespace latchkey::http {

// Makes the pair if it is not there or has expired. Throws std::runtime_error, with a one-line reason, if it
// is there and cannot be used: making another one would break the clients that trust the first.
Authority load_or_make_authority(const std::filesystem::path& directory);

// Would load_or_make_authority() find a pair that it made itself, unchanged and not expired? Then a start needs not parse
// it, which takes OpenSSL milliseconds. false says nothing. Throws as above.
bool authority_is_ours(const std::filesystem::path& directory);

std::filesystem::path authority_certificate_path(const std::filesystem::path& directory);
// Written beside and renamed, so that a reader sees all of it or nothing. Nobody waits for the disk when the file goes
// with the process.
enum class Lasting { yes, no };
void write_file(const std::filesystem::path& path, const std::string& text, unsigned mode, Lasting lasting = Lasting::yes);

}  // namespace latchkey::http
