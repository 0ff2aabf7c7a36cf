namespace Pioneer.Jobs.Seeding;

/// <summary>A run's target in the hands of one take-up: signed in as the take-up's own user from the first time that records are touched.</summary>
internal sealed class SeedSession(SeedRights rights, SeedTarget target, int fence, TimeProvider time)
{
    private SeedTarget? _signedIn;

    /// <summary>How the seed query gets on; a take-up drains once at most, since a restart copies anew.</summary>
    public DrainWatch Drain { get; } = new(time);

    /// <summary>For everything but records.</summary>
    public SeedTarget Target => _signedIn ?? target;

    /// <summary>For reading and writing records.</summary>
    public async Task<SeedTarget> SignInAsync(CancellationToken ct) =>
        _signedIn ??= target with { Seeder = await rights.GrantAsync(target, fence, ct) };
}
