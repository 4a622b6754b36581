// A QR code as a picture: libqrencode and libpng behind one function.
#pragma once

#include <string>

namespace latchkey::iam {

// PNG, black on white, with the margin that readers want. Throws std::runtime_error for a text too long for
// any code.
std::string qr_code_png(const std::string& text);

}  // namespace latchkey::iam
