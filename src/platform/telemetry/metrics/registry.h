// Metrics core: families are declared once as data, handles are bound once and counted with, without a lock.
#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/telemetry/metrics/family.h"
#include "platform/telemetry/metrics/format.h"
#include "platform/telemetry/metrics/instruments.h"

namespace argus::metrics {

// Owns every series of one server. Thread-safe. A handle lives as long as the registry and asking twice for the same
// labels returns the same one; a handle that is kept is faster than asking again. Declaring one name twice with another
// type, labels or buckets, and giving another number of label values than the family has, are programming errors that end
// the process with a message. Past `kMaxSeries` label sets a family answers with its overflow series (every label
// "other"), so that no input can grow memory without bound. Families exist from their first series on.
class Registry {
 public:
  static constexpr std::size_t kMaxSeries = 2000;

  struct Options {
    bool native_histograms = false;  // every histogram keeps exponential buckets, too
  };

  Registry();
  explicit Registry(Options options);
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  Counter& GetCounter(const Family& family, std::initializer_list<std::string_view> label_values = {});
  Gauge& GetGauge(const Family& family, std::initializer_list<std::string_view> label_values = {});
  Histogram& GetHistogram(const Family& family, std::initializer_list<std::string_view> label_values = {});
  Summary& GetSummary(const Family& family, std::initializer_list<std::string_view> label_values = {});
  // For values that exist elsewhere: one series of a counter or gauge family, given once. `read` is called at every
  // scrape, from the scraping thread and without a lock; it must not block and must outlive the last scrape. A counter
  // that answers NaN is left out of that scrape.
  void AddCallback(const Family& family, std::function<double()> read) { AddCallback(family, {}, std::move(read)); }
  void AddCallback(const Family& family, std::initializer_list<std::string_view> label_values,
                   std::function<double()> read);

  // What has been declared so far, by name: for the catalogue.
  std::vector<Family> Families() const;
  // Every family by name. Takes no lock, so that neither counting nor asking for a handle ever waits for it.
  std::string Render(Format format) const;
  std::string RenderText() const { return Render(Format::kText); }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace argus::metrics
