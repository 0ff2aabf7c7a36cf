using Pioneer.Embedded.Connect.Configuration;
using Pioneer.Embedded.Connect.Converters;
using Pioneer.Embedded.Connect.Data;
using Pioneer.Embedded.Connect.Transforms;

namespace Pioneer.Embedded.Connect.Runtime;

/// <summary>From a source's record to bytes: transforms, then converters. Skips what fails where <c>errors.tolerance=all</c>.</summary>
internal sealed partial class RecordPipeline
{
    private readonly TaskName _task;
    private readonly TransformChain _transforms;
    private readonly IRecordConverter _keys;
    private readonly IRecordConverter _values;
    private readonly RowPlace _place;
    private readonly bool _tolerant;
    private readonly bool _logged;
    private readonly ILogger _logger;

    /// <exception cref="ConnectConfigException">A transform, predicate or converter is wrong.</exception>
    public RecordPipeline(TaskName task, IReadOnlyDictionary<string, string> config, ILogger logger)
    {
        var view = new ConfigView(config);
        _task = task;
        _logger = logger;
        _transforms = TransformChain.Create(view);
        _keys = RecordConverters.Create(view, "key.converter");
        _values = RecordConverters.Create(view, "value.converter");
        _place = new RowPlace(view);
        _tolerant = view.Get("errors.tolerance", "none").Equals("all", StringComparison.OrdinalIgnoreCase);
        _logged = view.GetBoolean("errors.log.enable", false);
    }

    /// <summary>The record as bytes; null where it was filtered or skipped.</summary>
    /// <exception cref="ConnectDataException">The record cannot be processed and nothing is tolerated.</exception>
    public ConvertedRecord? Process(SourceRecord source)
    {
        try
        {
            if (source.Unreadable is { } reason)
            {
                throw new ConnectDataException($"{_place.Of(source)}: {reason}");
            }

            return _transforms.Apply(source) is not { } record
                ? null
                : new ConvertedRecord(
                    record.Topic,
                    record.Partition,
                    _keys.Convert(record.KeySchema, record.Key),
                    _values.Convert(record.ValueSchema, record.Value),
                    record.Timestamp,
                    source.Position);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            if (!_tolerant)
            {
                throw new ConnectDataException($"Tolerance exceeded in error handler: {error.Message}", error);
            }

            ConnectMetrics.Skipped.Add(1);
            if (_logged)
            {
                LogSkipped(_logger, _task, source.Topic, error.Message);
            }

            return null;
        }
    }

    [LoggerMessage(7203, LogLevel.Warning, "{Task}: a record for {Topic} was skipped: {Reason}")]
    private static partial void LogSkipped(ILogger logger, TaskName task, string topic, string reason);
}
