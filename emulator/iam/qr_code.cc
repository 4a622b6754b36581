#include "iam/qr_code.h"

#include <png.h>
#include <qrencode.h>

#include <memory>
#include <stdexcept>
#include <vector>

#include "core/late_library.h"

namespace latchkey::iam {
namespace {

constexpr std::size_t kMargin = 4;  // modules of white around the code, as its standard wants
constexpr std::size_t kScale = 4;   // pixels of a module
constexpr unsigned char kWhite = 255;

struct Libraries {
  LateLibrary codes{"libqrencode.so.4", "libqrencode4"};
  LateLibrary pictures{"libpng16.so.16", "libpng16-16"};
  decltype(QRcode_encodeString8bit)* encode = codes.function<decltype(QRcode_encodeString8bit)>("QRcode_encodeString8bit");
  decltype(QRcode_free)* free = codes.function<decltype(QRcode_free)>("QRcode_free");
  decltype(png_image_write_to_memory)* write =
      pictures.function<decltype(png_image_write_to_memory)>("png_image_write_to_memory");
};

}  // namespace

std::string qr_code_png(const std::string& text) {
  static const Libraries libraries;
  const std::unique_ptr<QRcode, decltype(libraries.free)> code(
      libraries.encode(text.c_str(), 0, QR_ECLEVEL_M), libraries.free);
  if (!code) throw std::runtime_error("the text is too long for a QR code");
  const auto modules = static_cast<std::size_t>(code->width);
  const std::size_t side = (modules + 2 * kMargin) * kScale;
  std::vector<unsigned char> pixels(side * side, kWhite);
  for (std::size_t y = 0; y < modules * kScale; ++y) {
    for (std::size_t x = 0; x < modules * kScale; ++x) {
      const bool black = (code->data[y / kScale * modules + x / kScale] & 1U) != 0;
      if (black) pixels[(y + kMargin * kScale) * side + x + kMargin * kScale] = 0;
    }
  }
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(side);
  image.height = static_cast<png_uint_32>(side);
  image.format = PNG_FORMAT_GRAY;
  png_alloc_size_t size = 0;
  const auto write = [&](void* out) {
    if (libraries.write(&image, out, &size, 0, pixels.data(), 0, nullptr) == 0)
      throw std::runtime_error("libpng writes no picture");
  };
  write(nullptr);  // says how large it will be
  std::string png(size, '\0');
  write(png.data());
  png.resize(size);
  return png;
}

}  // namespace latchkey::iam
