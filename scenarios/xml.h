// A reader of the XML that AWS's query services answer with.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "core/value.h"

namespace latchkey::scenarios {

struct XmlElement {
  std::string name;  // without a namespace prefix
  Value value;
};

struct XmlLimits {
  std::size_t depth = 64;
  std::size_t elements = 1'000'000;
};

// The root element. An element without content is a none; one with text alone, text; one whose children are
// all called "member", a list; any other, members in their order. Attributes are passed over; comments and
// text between elements are ignored. On failure the reason, in one line. Document types are refused, and with
// them every way for a document to grow.
Result<XmlElement, std::string> read_xml(std::string_view text, XmlLimits limits = {});

}  // namespace latchkey::scenarios
