#include "runner/certificate.h"

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <ctime>
#include <memory>

namespace argus::runner {
namespace {

std::optional<Timestamp> EndOf(const X509& certificate) {
  std::tm time{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(&certificate), &time) != 1) return std::nullopt;
  return FromMicros(static_cast<std::int64_t>(timegm(&time)) * 1'000'000);
}

}  // namespace

std::optional<Timestamp> EarliestEnd(const std::string& pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> source(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                                         &BIO_free);
  std::optional<Timestamp> earliest;
  for (;;) {
    const std::unique_ptr<X509, decltype(&X509_free)> next(PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr),
                                                           &X509_free);
    if (!next) break;
    if (const auto end = EndOf(*next)) earliest = std::min(earliest.value_or(*end), *end);
  }
  ERR_clear_error();  // The end of the text counts as one.
  return earliest;
}

}  // namespace argus::runner
