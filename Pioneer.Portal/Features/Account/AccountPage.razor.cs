using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Live;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Features.Account;

/// <summary>What a person sees and changes of their own account.</summary>
public sealed partial class AccountPage
{
    private IReadOnlyList<AccountNotice> _notices = [];
    private string? _email;
    private bool _lacksFactor;

    [SupplyParameterFromQuery(Name = "passkey")]
    private string? Passkey { get; set; }

    [CascadingParameter]
    public required Task<AuthenticationState> Authentication { get; set; }

    [Inject]
    public required AccountNotices Notices { get; set; }

    [Inject]
    public required CurrentActor Me { get; set; }

    [Inject]
    public required SignInProvider Provider { get; set; }

    protected override LiveTopic Topics => LiveTopic.Audit;

    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        var user = (await Authentication).User;
        (_email, _lacksFactor) = (user.Identity?.Name, user.LacksSecondFactor());
        _notices = await Notices.ListAsync(Me.Actor, cancellationToken);
        if (_notices.Any(notice => notice.IsNew))
        {
            await Notices.SeenAsync(Me.Actor, cancellationToken);
        }
    }
}
