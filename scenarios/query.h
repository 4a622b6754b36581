// Input members as AWS's query protocol sends them: Name.member.1.Key=value.
// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
#pragma once

#include <string>
#include <string_view>

#include "core/value.h"

namespace latchkey::scenarios {

// "Action=CreateUser&Version=2010-05-08&UserName=qe-app": the body of the request.
std::string to_query(std::string_view action, std::string_view version, const Members& input);

}  // namespace latchkey::scenarios
