using System.Text.Json;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using MudBlazor;
using Pioneer.Domain;
using Pioneer.Domain.Seeding;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Components;
using Pioneer.Portal.Live;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Features.Seeding;

/// <summary>One seed run while it goes on and ever after, ending in its certificate.</summary>
public sealed partial class SeedRunPage
{
    private SeedRunRow? _run;
    private Error? _error;

    [Parameter]
    public string Slug { get; set; } = "";

    [Parameter]
    public Guid Id { get; set; }

    [CascadingParameter]
    public required Task<AuthenticationState> Authentication { get; set; }

    [Inject]
    public required SeedQueries Queries { get; set; }

    [Inject]
    public required ManageSeedJobs Jobs { get; set; }

    [Inject]
    public required CurrentActor Me { get; set; }

    [Inject]
    public required IDialogService Dialogs { get; set; }

    [Inject]
    public required TimeProvider Time { get; set; }

    protected override LiveTopic Topics => LiveTopic.Seeding;

    private bool MayAuthor { get; set; }

    private SeedCertificate? Certificate => Parse(_run?.Certificate);

    private double Share => _run switch
    {
        { State: SeedRunState.Done } => 1,
        { RowsExpected: > 0 and var expected, Rows: var rows } => Math.Clamp(rows / (double)expected, 0, 1),
        _ => 0,
    };

    /// <summary>Null for no certificate and for one that a later release wrote.</summary>
    public static SeedCertificate? Parse(string? json)
    {
        try
        {
            return json is null ? null : JsonSerializer.Deserialize<SeedCertificate>(json, SeedCertificate.Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        MayAuthor = (await Authentication).User.May(Slug, TenantRole.Author);
        var run = await Queries.RunAsync(Me.Actor, new SeedRunId(Id), cancellationToken);
        _run = run.IsSuccess && run.Value.Tenant == Slug ? run.Value : null;
    }

    private async Task CancelAsync()
    {
        if (await Dialogs.ConfirmAsync(
            "Cancel the run",
            "The live query goes on from the cut. Readers keep what they received; 'seed complete' is not written. To seed at a better time, run the job again: it begins with a new cut.",
            "Cancel the run"))
        {
            _error = (await Jobs.CancelAsync(Me.Actor, Slug, new SeedRunId(Id), default)).Error;
            await ReloadAsync();
        }
    }

    private static string Short(string checksum) => checksum.Length > 9 ? $"{checksum[..4]}…{checksum[^4..]}" : checksum;
}
