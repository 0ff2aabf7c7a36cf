using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Pioneer.Portal.Hosting;

/// <summary>Every .NET meter of the process in the Prometheus text format. Histograms are given as <c>_count</c> and <c>_sum</c>.</summary>
public sealed class MetricsPage : IDisposable
{
    private const int MaxSeries = 5000;

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<(Instrument Instrument, string Labels), Cell> _cells = new();

    public MetricsPage()
    {
        _listener.InstrumentPublished = (instrument, listener) => listener.EnableMeasurementEvents(instrument);
        _listener.SetMeasurementEventCallback<byte>((i, v, tags, _) => Record(i, v, tags));
        _listener.SetMeasurementEventCallback<short>((i, v, tags, _) => Record(i, v, tags));
        _listener.SetMeasurementEventCallback<int>((i, v, tags, _) => Record(i, v, tags));
        _listener.SetMeasurementEventCallback<long>((i, v, tags, _) => Record(i, v, tags));
        _listener.SetMeasurementEventCallback<float>((i, v, tags, _) => Record(i, v, tags));
        _listener.SetMeasurementEventCallback<double>((i, v, tags, _) => Record(i, v, tags));
        _listener.Start();
    }

    public void Dispose() => _listener.Dispose();

    /// <summary>The page, with observable instruments read at this moment.</summary>
    public string Render()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        foreach (var group in _cells.GroupBy(c => c.Key.Instrument).OrderBy(g => NameOf(g.Key), StringComparer.Ordinal))
        {
            var name = NameOf(group.Key);
            var summary = IsSummary(group.Key);
            text.Append("# TYPE ").Append(name).Append(' ').Append(summary ? "summary" : IsGauge(group.Key) ? "gauge" : "counter").Append('\n');
            foreach (var ((_, labels), cell) in group)
            {
                var (sum, count) = cell.Read();
                Append(text, summary ? name + "_sum" : name, labels, sum);
                if (summary)
                {
                    Append(text, name + "_count", labels, count);
                }
            }
        }

        return text.ToString();
    }

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var key = (instrument, LabelsOf(tags));
        if (_cells.Count < MaxSeries || _cells.ContainsKey(key))
        {
            _cells.GetOrAdd(key, _ => new Cell()).Add(value, replace: instrument.IsObservable);
        }
    }

    private static void Append(StringBuilder text, string name, string labels, double value) =>
        text.Append(name).Append(labels).Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');

    private static string NameOf(Instrument instrument) =>
        string.Concat(instrument.Name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));

    private static bool IsSummary(Instrument instrument) => instrument.GetType().Name.StartsWith("Histogram", StringComparison.Ordinal);

    private static bool IsGauge(Instrument instrument) =>
        instrument.GetType().Name is var type && (type.Contains("Gauge", StringComparison.Ordinal) || type.Contains("UpDown", StringComparison.Ordinal));

    private static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return "";
        }

        var parts = new List<string>(tags.Length);
        foreach (var tag in tags)
        {
            var name = string.Concat(tag.Key.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
            var value = Convert.ToString(tag.Value, CultureInfo.InvariantCulture) ?? "";
            parts.Add($"{name}=\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\"");
        }

        parts.Sort(StringComparer.Ordinal);
        return $"{{{string.Join(',', parts)}}}";
    }

    private sealed class Cell
    {
        private readonly Lock _gate = new();
        private double _sum;
        private long _count;

        public void Add(double value, bool replace)
        {
            lock (_gate)
            {
                _sum = replace ? value : _sum + value;
                _count++;
            }
        }

        public (double Sum, long Count) Read()
        {
            lock (_gate)
            {
                return (_sum, _count);
            }
        }
    }
}
