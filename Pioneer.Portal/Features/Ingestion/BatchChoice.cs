namespace Pioneer.Portal.Features.Ingestion;

/// <summary>What a person agreed to before a batch run.</summary>
/// <param name="DeletesMost">That even most of the topic's keys may be deleted.</param>
public sealed record BatchChoice(bool DeletesMost);
