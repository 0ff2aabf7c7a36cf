using Pioneer.Embedded.Connect.Configuration;
using Pioneer.Embedded.Connect.Converters;
using Pioneer.Embedded.Connect.Data;
using Pioneer.Embedded.Connect.Transforms;

namespace Pioneer.Embedded.Connect.Runtime;

/// <summary>From a source's record to bytes: transforms, then converters. Skips what fails where <c>errors.tolerance=all</c>.</summary>
internal sealed class RecordPipeline
{
    private readonly TransformChain _transforms;
    private readonly IRecordConverter _keys;
    private readonly IRecordConverter _values;
    private readonly RowPlace _place;
    private readonly bool _tolerant;
    private readonly SkippedRows _skipped;

    /// <exception cref="ConnectConfigException">A transform, predicate or converter is wrong.</exception>
    public RecordPipeline(IReadOnlyDictionary<string, string> config, SkippedRows skipped)
    {
        var view = new ConfigView(config);
        _skipped = skipped;
        _transforms = TransformChain.Create(view);
        _keys = RecordConverters.Create(view, "key.converter");
        _values = RecordConverters.Create(view, "value.converter");
        _place = new RowPlace(view);
        _tolerant = view.Get("errors.tolerance", "none").Equals("all", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The record as bytes; null where it was filtered or skipped.</summary>
    /// <exception cref="ConnectDataException">The record cannot be processed and nothing is tolerated.</exception>
    public ConvertedRecord? Process(SourceRecord source)
    {
        try
        {
            if (source.Unreadable is { } reason)
            {
                throw new ConnectDataException(reason);
            }

            return _transforms.Apply(source) is not { } record
                ? null
                : new ConvertedRecord(
                    record.Topic,
                    record.Partition,
                    _keys.Convert(record.KeySchema, record.Key),
                    _values.Convert(record.ValueSchema, record.Value),
                    record.Timestamp,
                    source.Position,
                    record.Headers);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            Skip(source, error);
            return null;
        }
    }

    /// <summary>Leaves the record out, where that is allowed.</summary>
    /// <exception cref="ConnectDataException">Nothing is tolerated.</exception>
    public void Skip(SourceRecord source, Exception error)
    {
        var place = _place.Of(source);
        if (!_tolerant)
        {
            throw new ConnectDataException($"Tolerance exceeded in error handler: {place}: {error.Message}", error);
        }

        _skipped.Add(new SkippedRow(source.Topic, place, error.Message));
    }
}
