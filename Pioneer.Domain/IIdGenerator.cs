namespace Pioneer.Domain;

/// <summary>Where new ids come from; injected, so that tests can foresee them.</summary>
public interface IIdGenerator
{
    TId Next<TId>() where TId : struct, ITypedId<TId>;
}

/// <summary>UUID version 7 by the injected clock: ids sort by creation time.</summary>
public sealed class SequentialIdGenerator(TimeProvider clock) : IIdGenerator
{
    public TId Next<TId>() where TId : struct, ITypedId<TId> => TId.From(Guid.CreateVersion7(clock.GetUtcNow()));
}
